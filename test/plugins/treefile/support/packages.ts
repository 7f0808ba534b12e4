import { definePlugin, type Plan, type Plugin } from '@ostrata/core';
import { World } from '@ostrata/testkit';

const PACKAGES = [
  {
    name: 'app',
    requires: ['lib >= 2'],
    recommends: ['extra'],
    files: { 'usr/bin/app': 'app\n', 'usr/share/doc/app/a': 'a', 'usr/share/doc/app/b': 'b', 'usr/lib/shared': 's' },
  },
  { name: 'lib', version: '1', files: { 'usr/lib/lib.so': 'one\n' } },
  { name: 'lib', version: '2', files: { 'usr/lib/lib.so': 'two\n', 'usr/lib/shared': 's' } },
  { name: 'extra', files: { 'usr/share/extra': 'x' } },
  {
    name: 'release',
    files: { 'usr/lib/os-release': 'NAME=Test\nVERSION="40 (Test)"\n\nPRETTY_NAME="Test 40"\nVERSION_ID=40\n' },
  },
  { name: 'system', files: { 'usr/lib/systemd/system/default.target': 'x', 'usr/etc/os': 'x', 'usr/sbin/init': 'i' } },
];

/** A world whose source `main` has a few packages. */
export function packageWorld(): World {
  const world = new World();
  world.sources.set('main', { packages: PACKAGES });
  return world;
}

/** Name and version of the packages of a Plan. */
export function installed(plan: Plan | null): string[] | undefined {
  return plan?.inputs.install.map(({ name, version }) => `${name} ${version}`).sort();
}

/** Makes a link in the tree before anything else. */
export function linker({ link, target }: { link: string; target: string }): Plugin {
  return definePlugin({
    name: 'linker',
    apiVersion: '^0.1.0',
    apply: (host) =>
      host.hooks['assemble.populate'].tapPromise(async ({ tree }) => {
        tree.symlink(link, target, { parents: true });
      }),
  });
}
