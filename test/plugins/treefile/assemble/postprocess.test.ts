import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, type Plan } from '@ostrata/core';
import type { World } from '@ostrata/testkit';
import { type Journey, journey, textIn } from '../support/journey.ts';
import { linker, packageWorld } from '../support/packages.ts';
import { rejectionOf, Workspace } from '../support/workspace.ts';

describe('treefile changes the tree', () => {
  let workspace: Workspace;
  let world: World;
  let compose: Journey;
  beforeEach(async () => {
    workspace = new Workspace();
    world = packageWorld();
    compose = await journey(world, workspace);
  });
  afterEach(() => {
    compose[Symbol.dispose]();
    workspace.remove();
  });

  const manifest = (...lines: string[]) => workspace.manifest(...lines);

  const made = async (...lines: string[]) => {
    manifest(...lines);
    return compose.tree(await compose.run());
  };
  const linkIn = async (tree: Awaited<ReturnType<typeof made>>, path: string) => {
    const entry = tree.lookup(path);
    return entry?.type === 'symlink' ? entry.target : undefined;
  };

  it('enables units and sets the default target', async () => {
    const tree = await made('packages: [system]', 'units: [a.service, b.service]', 'default-target: graphical.target');
    const wants = 'etc/systemd/system/multi-user.target.wants';
    assert.equal(await linkIn(tree, `${wants}/a.service`), '/usr/lib/systemd/system/a.service');
    assert.deepEqual(tree.list(wants), ['a.service', 'b.service']);
    assert.equal(await linkIn(tree, 'usr/lib/systemd/system/default.target'), 'graphical.target');
  });

  it('leaves the flattened treefile in the image', async () => {
    workspace.write('inc.yaml', 'packages: [lib]');
    const tree = await made('include: inc.yaml');
    assert.deepEqual(JSON.parse(textIn(tree, 'usr/share/rpm-ostree/treefile.json')), {
      packages: ['lib'],
      ref: 'test/stable',
      basearch: 'x86_64',
      repos: ['main'],
    });
  });

  it('puts the version into os-release', async () => {
    const lines = [
      'packages: [release]',
      'add-files: []',
      'mutate-os-release: "40"',
      'automatic-version-prefix: "40.2026"',
    ];
    compose[Symbol.dispose]();
    compose = await journey(world, workspace, [linker({ link: 'etc/os-release', target: '../usr/lib/os-release' })]);
    const tree = await made(...lines);
    assert.equal(
      textIn(tree, 'usr/lib/os-release'),
      'NAME=Test\nVERSION="40.2026 (Test)"\nPRETTY_NAME="Test 40.2026"\nVERSION_ID=40\nOSTREE_VERSION=\'40.2026\'\n',
    );
  });

  it('keeps owner and permissions of os-release', async () => {
    compose[Symbol.dispose]();
    const owner = definePlugin({
      name: 'owner',
      apiVersion: '^0.1.0',
      apply: (host) =>
        host.hooks['assemble.populate'].tapPromise(async ({ tree }) => {
          tree.writeFile('etc/os-release', 'VERSION=40', {
            mode: 0o100600,
            uid: 5,
            gid: 6,
            xattrs: [],
            parents: true,
          });
        }),
    });
    compose = await journey(world, workspace, [owner]);
    const tree = await made('mutate-os-release: "40"', 'automatic-version-prefix: "40.1"');
    const entry = tree.lookup('etc/os-release');
    assert.deepEqual([(entry?.mode ?? 0) & 0o7777, entry?.uid, entry?.gid], [0o600, 5, 6]);
  });

  it('says what mutate-os-release lacks', async () => {
    manifest('packages: [lib]', 'mutate-os-release: "40"', 'automatic-version-prefix: "40"');
    assert.match((await rejectionOf(compose.run())).message, /mutate-os-release: the image has no \/etc\/os-release/);
    manifest('packages: [lib]', 'mutate-os-release: "40"');
    await compose.run();
    assert.ok(compose.said.some((text) => text.includes('has no effect: the commit has no version')));
  });

  it('removes files, through links as they are in the tree', async () => {
    compose[Symbol.dispose]();
    compose = await journey(world, workspace, [linker({ link: 'lib', target: 'usr/lib' })]);
    const tree = await made('packages: [app]', 'remove-files: [usr/share/doc, lib/lib.so, usr/not/there]');
    assert.equal(tree.lookup('usr/share/doc'), undefined);
    assert.equal(tree.lookup('usr/lib/lib.so'), undefined);
    assert.ok(tree.lookup('usr/bin/app'));
  });

  it('adds files with the permissions they have, owned by root', async () => {
    workspace.write('sub/tool', 'new', 0o755);
    workspace.write('conf', 'c', 0o640);
    workspace.write('inc/inc.yaml', 'add-files: [[conf, /etc/app/other.conf], [conf, /usr/bin/app]]');
    workspace.write('inc/conf', 'other');
    const tree = await made(
      'packages: [app]',
      'include: inc/inc.yaml',
      'add-files: [[sub/tool, /usr/bin/app], [conf, etc/app/app.conf]]',
    );
    const tool = tree.lookup('usr/bin/app');
    assert.equal(textIn(tree, 'usr/bin/app'), 'new');
    assert.deepEqual([(tool?.mode ?? 0) & 0o7777, tool?.uid, tool?.gid], [0o755, 0, 0]);
    assert.equal((tree.lookup('etc/app/app.conf')?.mode ?? 0) & 0o7777, 0o640);
    assert.equal(textIn(tree, 'etc/app/other.conf'), 'other');
  });

  it('replaces links by files and no directories', async () => {
    compose[Symbol.dispose]();
    compose = await journey(world, workspace, [linker({ link: 'etc/conf', target: '../usr/bin/app' })]);
    workspace.write('conf', 'c');
    const tree = await made('packages: [app]', 'add-files: [[conf, /etc/conf]]');
    assert.deepEqual([textIn(tree, 'etc/conf'), textIn(tree, 'usr/bin/app')], ['c', 'app\n']);
    manifest('packages: [app]', 'add-files: [[conf, /usr/share/doc]]');
    const error = await rejectionOf(compose.run());
    assert.equal(error.code, 'TREEFILE_PATH');
    assert.match(error.message, /cannot replace the directory \/usr\/share\/doc/);
  });

  it('leaves a unit as it is that is enabled already, elsewhere', async () => {
    compose[Symbol.dispose]();
    const link = 'etc/systemd/system/multi-user.target.wants/a.service';
    compose = await journey(world, workspace, [linker({ link, target: '/etc/own/a.service' })]);
    const tree = await made('packages: [system]', 'units: [a.service]');
    assert.equal(await linkIn(tree, link), '/etc/own/a.service');
  });

  it('finds out before anything is fetched what could not be done', async () => {
    manifest('packages: [app]', 'remove-files: [/usr/x]', 'units: [a/b]');
    world.sources.clear();
    const error = await rejectionOf(compose.run());
    assert.equal(error.code, 'TREEFILE_INVALID');
    assert.equal(error.problems.length, 2);
  });

  it('names a file to add that is not there, and a script that is not executable', async () => {
    manifest('add-files: [[gone, /usr/x]]');
    const error = await rejectionOf(compose.run());
    assert.equal(error.code, 'TREEFILE_UNREADABLE');
    assert.match(error.message, /manifest\.yaml: add-files: .*gone does not exist/);
    workspace.write('fix.sh', '#!/bin/sh\n');
    manifest('postprocess-script: fix.sh');
    assert.match((await rejectionOf(compose.run())).message, /fix\.sh is not executable/);
  });

  it('does not add files through links out of the tree', async () => {
    compose[Symbol.dispose]();
    compose = await journey(world, workspace, [linker({ link: 'usr/out', target: '../../../../../../tmp' })]);
    workspace.write('data', 'd');
    const tree = await made('packages: [lib]', 'add-files: [[data, /usr/out/data]]');
    assert.equal(textIn(tree, 'tmp/data'), 'd');
  });

  it('takes files out of packages, except those that another package has', async () => {
    const tree = await made(
      'packages: [app]',
      'remove-from-packages: [[app, /usr/share/doc, "^/usr/lib/shared$"], [lib, "\\\\.so$"]]',
    );
    assert.equal(tree.lookup('usr/share/doc'), undefined);
    assert.equal(tree.lookup('usr/lib/lib.so'), undefined);
    assert.ok(tree.lookup('usr/lib/shared'));
    assert.ok(tree.lookup('usr/bin/app'));
  });

  it('runs scripts in order in the tree, where they are while they run', async () => {
    const ran: string[] = [];
    const program = (path: string) => (root: string) => {
      const self = readFileSync(join(root, path), 'utf8');
      ran.push(self.trim().split('\n').at(-1) ?? '');
      writeFileSync(join(root, 'usr/share/trace'), ran.join(','));
      return { output: [`ran ${path}`] };
    };
    for (const name of ['rpmostree-postprocess-inline-0', 'rpmostree-postprocess-inline-1']) {
      world.programs.set(`/usr/bin/${name}`, program(`usr/bin/${name}`));
    }
    const last = 'usr/bin/rpmostree-treefile-postprocess-script';
    world.programs.set(`/${last}`, program(last));
    workspace.write('fix.sh', '#!/bin/sh\nlast', 0o755);
    const tree = await made(
      'packages: [extra]',
      'postprocess: ["#!/bin/sh\\nfirst", "#!/bin/sh\\nsecond"]',
      'postprocess-script: fix.sh',
    );
    assert.equal(textIn(tree, 'usr/share/trace'), 'first,second,last');
    assert.deepEqual(tree.list('usr/bin'), []);
    assert.ok(compose.said.includes('ran usr/bin/rpmostree-postprocess-inline-1'));
  });

  it('names a script that fails, its exit code and its last lines, and makes no commit', async () => {
    world.programs.set('/usr/bin/rpmostree-postprocess-inline-0', () => ({ code: 3, output: ['one', 'boom'] }));
    manifest('packages: [lib]', 'postprocess: ["exit 3"]');
    const error = await rejectionOf(compose.run());
    assert.equal(error.code, 'TREEFILE_SCRIPT_FAILED');
    assert.match(error.message, /postprocess\[0\] .*exit code 3: boom$/);
    assert.deepEqual(error.data['output'], ['one', 'boom']);
    assert.equal(await world.stores.find('/work').resolve('test/stable'), null);
  });

  it('gives the same commit from the Plan alone', async () => {
    workspace.write('data', 'd');
    manifest(
      'packages: [app]',
      'add-files: [[data, /usr/share/data]]',
      'units: [a.service]',
      'remove-files: [usr/bin]',
    );
    const first = await compose.run({}, { commit: { parent: null, timestamp: 5, force: true } });
    workspace.remove();
    assert.ok(!existsSync(workspace.directory));
    const plan = JSON.parse(JSON.stringify(first.plan)) as Plan;
    assert.equal((await compose.host.run({ plan })).commit?.id, first.commit?.id);
  });
});
