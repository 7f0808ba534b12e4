import {
  type Assembly,
  BOOTLOADER,
  type Context,
  DEPLOYER,
  definePlugin,
  EXEC,
  INITRAMFS,
  LABELER,
  OBJECT_STORES,
  PACKAGE_FORMAT,
  type Plugin,
  SANDBOX,
  SOLVER,
  SOURCE,
  TRANSPORT,
  VERIFIER,
} from '@ostrata/core';
import { KEYRINGS, SIGNER } from '@ostrata/signatures';
import { errors, kitError } from '../errors.ts';
import { fakeBootloader, fakeDeployer } from './deployer.ts';
import { fakeFormat, newPackages, readDatabase, writeDatabase } from './package-format.ts';
import { fakeSolver } from './solver.ts';
import { fakeSource } from './source.ts';
import {
  fakeExec,
  fakeInitramfs,
  fakeKeyrings,
  fakeLabeler,
  fakeSandbox,
  fakeSigner,
  fakeTransport,
  fakeVerifier,
} from './tools.ts';
import type { World } from './world.ts';

const apiVersion = '^0.1.0';

/** Plugins that together serve every capability from a world. Leave one out, or choose another, to put a real one in its place. */
export function fakePlugins(world: World): Plugin[] {
  return [
    definePlugin({
      name: 'fake-store',
      apiVersion,
      errors,
      apply: (host) => host.provide(OBJECT_STORES, () => world.stores),
    }),
    definePlugin({
      name: 'fake-repo',
      apiVersion,
      requires: ['object-store'],
      apply(host) {
        host.provide(SOURCE, 'fake', () => fakeSource(world));
        host.provide(PACKAGE_FORMAT, 'fake', () => fakeFormat());
        host.hooks['assemble.scripts'].tapPromise(runScripts);
        host.hooks['assemble.database'].tapPromise(updateDatabase);
      },
    }),
    definePlugin({ name: 'fake-solver', apiVersion, apply: (host) => host.provide(SOLVER, () => fakeSolver()) }),
    definePlugin({
      name: 'fake-tools',
      apiVersion,
      apply(host) {
        for (const scheme of ['http', 'https', 'file']) host.provide(TRANSPORT, scheme, () => fakeTransport(world));
        host.provide(SANDBOX, () => fakeSandbox(world));
        host.provide(EXEC, () => fakeExec(world));
        host.provide(INITRAMFS, () => fakeInitramfs());
        host.provide(LABELER, 'fake', () => fakeLabeler());
        host.provide(VERIFIER, 'fake', () => fakeVerifier());
        host.provide(SIGNER, 'fake', () => fakeSigner());
        host.provide(KEYRINGS, 'fake', () => fakeKeyrings());
        host.hooks['assemble.kernel'].tapPromise(makeInitramfs);
      },
    }),
    definePlugin({
      name: 'fake-system',
      apiVersion,
      apply(host) {
        host.provide(DEPLOYER, () => fakeDeployer(world));
        host.provide(BOOTLOADER, 'fake', () => fakeBootloader(world));
      },
    }),
  ];
}

async function runScripts({ tree, packages, store }: Assembly, ctx: Context): Promise<void> {
  const scripted = (await newPackages(store, packages)).filter(({ script }) => script !== undefined);
  if (scripted.length === 0) return;
  const sandbox = await ctx.get(SANDBOX);
  const root = await tree.materialize(ctx);
  for (const { name, script = '' } of scripted) {
    const label = `${name}.post`;
    const result = await sandbox.run(
      { root, argv: [script], profile: 'script', writable: 'usr-etc', wrappers: true, label },
      ctx,
    );
    if (result.code !== 0)
      throw kitError('FAKE_PROGRAM', `The script ${label} ended with ${result.code}: ${result.tail.join('\n')}`);
  }
  await tree.absorb(root, ctx);
}

async function updateDatabase({ tree, packages, store }: Assembly): Promise<void> {
  const added = await newPackages(store, packages);
  const kept = readDatabase(tree).filter((old) => !added.some(({ name }) => name === old.name));
  writeDatabase(tree, [...kept, ...added]);
}

async function makeInitramfs({ tree, plan }: Assembly, ctx: Context): Promise<void> {
  if (tree.lookup('usr/lib/modules') === undefined) return;
  const generator = await ctx.get(INITRAMFS);
  for (const version of tree.list('usr/lib/modules')) {
    const directory = `usr/lib/modules/${version}`;
    if (tree.lookup(`${directory}/vmlinuz`) === undefined) continue;
    await generator.generate(tree, { version, directory }, plan.inputs.image.kernel.initramfsArgs, ctx);
  }
}
