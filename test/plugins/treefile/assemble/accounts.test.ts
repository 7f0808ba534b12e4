import assert from 'node:assert/strict';
import { definePlugin, type EntryMeta } from '@ostrata/core';
import { World } from '@ostrata/testkit';
import { type Journey, journey, textIn } from '../support/journey.ts';
import { rejectionOf, Workspace } from '../support/workspace.ts';

const ROOT = 'root:x:0:0:root:/root:/bin/sh';

describe('treefile check-passwd and check-groups', () => {
  let workspace: Workspace;
  let world: World;
  let compose: Journey;
  /** What the image ends up with, by path; and who owns usr/owned. */
  let accounts: { [path: string]: string };
  let owner: Partial<EntryMeta>;

  beforeEach(async () => {
    workspace = new Workspace();
    world = new World();
    world.sources.set('main', { packages: [{ name: 'a', files: { 'usr/etc/passwd': 'shipped:x:7:7::/:/bin/sh\n' } }] });
    accounts = {};
    owner = { uid: 5, gid: 6 };
    const writer = definePlugin({
      name: 'writer',
      apiVersion: '^0.1.0',
      after: ['treefile'],
      apply: (host) =>
        host.hooks['assemble.postprocess'].tapPromise(async ({ tree }) => {
          tree.writeFile('usr/owned', 'x', { mode: 0o100644, xattrs: [], uid: 0, gid: 0, ...owner, parents: true });
          for (const [path, text] of Object.entries(accounts)) tree.writeFile(path, text, { parents: true });
        }),
    });
    compose = await journey(world, workspace, [writer]);
  });
  afterEach(() => {
    compose[Symbol.dispose]();
    workspace.remove();
  });

  const manifest = (...lines: string[]) =>
    workspace.write('manifest.yaml', ['ref: test/stable', 'repos: [main]', ...lines].join('\n'));
  const vetoes = async (): Promise<string[]> => {
    const error = await rejectionOf(compose.run({}, { commit: { parent: 'auto', timestamp: 1, force: true } }));
    assert.equal(error.code, 'TREEFILE_ACCOUNTS', error.message);
    return (error.problems.length > 0 ? error.problems : [error]).map(({ message }) => message);
  };
  const succeeds = () => compose.run({}, { commit: { parent: 'auto', timestamp: 1, force: true } });

  it('compares with entries in the treefile', async () => {
    accounts = {
      'usr/lib/passwd': 'bin:x:1:1::/:/\nadm:x:3:5::/:/\nnew:x:99:99::/:/\n',
      'usr/etc/passwd': `${ROOT}\n`,
      'usr/lib/group': 'bin:x:1:\nadm:x:44:\n',
    };
    manifest(
      'check-passwd: {type: data, entries: {root: 0, bin: [1], adm: [3, 4], gone: 5, unused: 1234}}',
      'check-groups: {type: data, entries: {bin: 1, adm: 4}}',
    );
    assert.deepEqual(await vetoes(), [
      'The user gone (5) is missing from the image and owns files.',
      'The group id of the user adm changed from 4 to 5.',
      'The group adm changed from 4 to 44.',
    ]);
    assert.ok(compose.said.includes('The user unused is gone and owned nothing.'));
  });

  it('lets those vanish who are named, or all', async () => {
    for (const ignored of ['[gone]', '["*"]']) {
      manifest('check-passwd: {type: data, entries: {gone: 5}}', `ignore-removed-users: ${ignored}`);
      assert.equal((await succeeds()).status, 'done');
    }
    manifest('check-groups: {type: data, entries: {gone: 6}}', 'ignore-removed-users: ["*"]');
    assert.deepEqual(await vetoes(), ['The group gone (6) is missing from the image and owns files.']);
  });

  it('compares with the previous commit unless told otherwise', async () => {
    manifest('packages: [a]');
    accounts = { 'usr/lib/passwd': 'one:x:5:5::/:/\n', 'usr/lib/group': 'one:x:5:\n' };
    await succeeds();
    accounts = { 'usr/lib/passwd': 'one:x:8:5::/:/\n', 'usr/lib/group': 'one:x:5:\n' };
    assert.deepEqual(await vetoes(), ['The user one changed from 5 to 8.']);
    manifest('packages: [a]', 'check-passwd: {type: none}');
    assert.equal((await succeeds()).status, 'done');
  });

  it('starts with the users and groups of files, in place of those of packages', async () => {
    workspace.write('users', `# text\n${ROOT}\nbin:x:1:1::/bin:/sbin/nologin\nroot:x:7:7::/:/\n`);
    workspace.write('groups', 'root:x:0:\nbin:x:1:daemon\n');
    manifest(
      'packages: [a]',
      'check-passwd: {type: file, filename: users}',
      'check-groups: {type: file, filename: groups}',
    );
    const tree = await compose.tree(await succeeds());
    assert.equal(textIn(tree, 'usr/etc/passwd'), `${ROOT}\nbin:x:1:1::/bin:/sbin/nologin\n`);
    assert.equal(textIn(tree, 'usr/etc/group'), 'root:x:0:\nbin:x:1:daemon\n');
    assert.equal(textIn(tree, 'usr/etc/shadow'), 'root:*::0:99999:7:::\nbin:*::0:99999:7:::\n');
    assert.equal(textIn(tree, 'usr/etc/gshadow'), 'root:::\nbin:::\n');
    assert.equal((tree.lookup('usr/etc/shadow')?.mode ?? 1) & 0o7777, 0);
  });

  it('refuses users from a file with groups from elsewhere, and files that are none', async () => {
    workspace.write('users', 'root:x\n');
    manifest('check-passwd: {type: file, filename: users}');
    assert.match((await vetoes())[0] ?? '', /Users come from a file and groups from the previous commit/);
    manifest('check-passwd: {type: file, filename: users}', 'check-groups: {type: file, filename: users}');
    assert.deepEqual(await vetoes(), ['check-passwd: line 1 is no passwd entry.']);
    manifest('check-passwd: {type: file, filename: gone}');
    assert.equal((await rejectionOf(compose.run())).code, 'TREEFILE_UNREADABLE');
  });
});
