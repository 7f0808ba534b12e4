import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from '@ostrata/core';
import {
  type Case,
  type FakePackage,
  fakeFormat,
  fakePlugins,
  fakeSandbox,
  fakeSigner,
  fakeSolver,
  fakeSource,
  fakeTransport,
  fakeVerifier,
  MemoryStores,
  objectStoreConformance,
  packageFormatConformance,
  plannedPackage,
  pluginConformance,
  sandboxConformance,
  solverConformance,
  sourceConformance,
  testContext,
  transportConformance,
  treeConformance,
  verifierConformance,
  World,
} from '@ostrata/testkit';

function suite(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const { name, run } of cases) it(name, run);
  });
}

const PACKAGES: readonly FakePackage[] = [
  { name: 'a', version: '1', requires: ['b'], files: { 'usr/bin/a': 'a', 'usr/share/common': 'same' } },
  { name: 'b', version: '2', files: { 'usr/lib/b': 'b', 'usr/share/common': 'same' } },
];

async function storeFixture() {
  const context = testContext();
  return {
    ...context,
    stores: new MemoryStores(),
    location: '/one',
    other: '/two',
    directory: context.ctx.environment.tempDir,
  };
}

async function sourceFixture() {
  const world = new World();
  world.sources.set('main', { packages: PACKAGES });
  const ref = { id: 'main', kind: 'fake', priority: 50, options: {} };
  return { ...testContext(), source: fakeSource(world), ref, member: 'b' };
}

async function transportFixture() {
  const world = new World();
  const context = testContext();
  const serve = async (bytes: Uint8Array) => {
    const url = `http://host/${world.urls.size}`;
    world.urls.set(url, bytes);
    return url;
  };
  return {
    ...context,
    transport: fakeTransport(world),
    serve,
    missing: 'http://host/none',
    directory: context.ctx.environment.tempDir,
  };
}

async function formatFixture() {
  const context = testContext();
  const write = (name: string, content: string) => {
    const file = join(context.ctx.environment.cacheDir, name);
    writeFileSync(file, content);
    return file;
  };
  const packages = PACKAGES.map((pkg) => ({
    package: plannedPackage(pkg, 'main'),
    file: write(pkg.name, JSON.stringify(pkg)),
    paths: Object.keys(pkg.files ?? {}),
  }));
  const damaged = { package: plannedPackage({ name: 'd' }, 'main'), file: write('d', '{"name": "d", "fi'), paths: [] };
  return { ...context, format: fakeFormat(), store: await new MemoryStores().ensure('/store'), packages, damaged };
}

async function sandboxFixture() {
  const world = new World();
  const context = testContext();
  const lower = join(context.ctx.environment.tempDir, 'root');
  mkdirSync(join(lower, 'usr'), { recursive: true });
  const numbered = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  world.programs.set('print', () => ({ output: ['one', 'two'] }));
  world.programs.set('chatter', () => ({ output: numbered }));
  world.programs.set('fail', () => ({ code: 3 }));
  world.programs.set('greet', (_root, { env }) => ({ output: [env?.['GREETING'] ?? ''] }));
  world.programs.set('make', (root) => {
    writeFileSync(join(root, 'usr/made'), 'made');
    return {};
  });
  const read = (path: string) => (existsSync(join(lower, path)) ? readFileSync(join(lower, path), 'utf8') : null);
  return {
    sandbox: fakeSandbox(world),
    root: { lower, upper: null, work: null, userOwned: true },
    programs: { print: ['print'], chatter: ['chatter'], fail: ['fail'], greet: ['greet'], make: ['make'] },
    read,
    context,
    [Symbol.asyncDispose]: () => context[Symbol.asyncDispose](),
  };
}

suite('fake object store', objectStoreConformance(storeFixture));
suite('fake tree', treeConformance(storeFixture));
suite('fake source', sourceConformance(sourceFixture));
suite('fake transport', transportConformance(transportFixture));
suite('fake package format', packageFormatConformance(formatFixture));
suite(
  'fake solver',
  solverConformance(async () => ({ ...testContext(), solver: fakeSolver() })),
);
suite('fake sandbox', sandboxConformance(sandboxFixture));
suite(
  'fake verifier',
  verifierConformance(async () => ({
    ...testContext(),
    verifier: fakeVerifier(),
    signer: fakeSigner(),
    key: { secret: { from: 'one', id: null }, public: 'one' },
    other: { secret: { from: 'two', id: null }, public: 'two' },
    expired: null,
    revoked: 'revoked:one',
    missing: '/no/such/file',
    damaged: { keys: Buffer.alloc(0), name: 'nothing' },
  })),
);

for (const plugin of fakePlugins(new World())) suite(`plugin ${plugin.name}`, pluginConformance(renamed(plugin)));

/** The suite loads the fakes itself: under another name, and not chosen where both provide something. */
function renamed(plugin: Plugin): Plugin {
  return { ...plugin, name: `my-${plugin.name}` };
}
