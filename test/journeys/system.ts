import type { DeployRequest, Request } from '@ostrata/core';
import { type Start, testEnvironment, testHost, testRequest, World } from '@ostrata/testkit';
import { layering, type Origin } from './layering.ts';

export const SYSROOT = '/sysroot';
export const REPOSITORY = '/sysroot/ostree/repo';
export const REMOTE = '/remote';
export const REF = 'os/stable';

export const DEPLOY: DeployRequest = {
  sysroot: SYSROOT,
  os: 'os',
  stage: false,
  extras: {},
};

/** A machine that runs version 1 of an image, a remote that has version 2, and a repository with packages to layer. */
export async function machine(packages: readonly string[] = []): Promise<World> {
  const world = new World();
  world.sources.set('main', {
    packages: [
      { name: 'tool', requires: ['helper'], files: { 'usr/bin/tool': 'tool\n' } },
      { name: 'helper', files: { 'usr/lib/helper': 'helper\n' } },
    ],
  });
  const remote = await world.stores.ensure(REMOTE);
  await addImage(remote, '1');
  const repository = await world.stores.ensure(REPOSITORY);
  const base = await remote.resolve(REF);
  await repository.pull(REMOTE, [REF], { signal: new AbortController().signal } as never);
  await addImage(remote, '2');
  const origin: Origin = { ref: REF, base: base ?? '', packages };
  const target = {
    ...DEPLOY,
    commit: base ?? '',
    kargs: ['quiet'],
    initrds: [],
    origin: JSON.stringify(origin),
    extras: {},
  };
  const system = world.system(SYSROOT);
  system.deployments = [
    { id: `os-${base}.0`, target, serial: 0, bootChecksum: '0', bootloader: 'fake', state: 'active' },
  ];
  system.current = system.written = [`os-${base}.0`];
  return world;
}

async function addImage(store: Awaited<ReturnType<World['stores']['ensure']>>, version: string): Promise<void> {
  const tree = await store.openTree(null);
  tree.writeFile('usr/lib/os-release', `VERSION=${version}\n`, { parents: true });
  const parent = await store.resolve(REF);
  const meta = { ref: REF, parent, subject: version, body: '', timestamp: Number(version), metadata: {} };
  await store.setRef(REF, await store.commit(tree, meta));
}

export function systemRequest(changes: Partial<Request>): Request {
  return testRequest({
    until: 'finalize',
    store: { work: REPOSITORY, target: null },
    image: { ...testRequest().image, ref: null },
    commit: { parent: null, timestamp: null, force: false },
    deploy: DEPLOY,
    ...changes,
  });
}

/** A start on such a machine. What a user sees is what boots; refs and objects of the repository are means to that end. */
export async function startOn(input: Request, packages: readonly string[] = []): Promise<Start> {
  const world = await machine(packages);
  const environment = testEnvironment();
  return {
    environment,
    input,
    host: (failpoint) => testHost({ world, environment, plugins: [layering], ...(failpoint ? { failpoint } : {}) }),
    visible: async () => ((await world.visible()) as { systems: unknown }).systems,
    [Symbol.dispose]: () => environment[Symbol.dispose](),
  };
}
