// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of treefiles look like that
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, type Intent, type Plan } from '@ostrata/core';
import { World } from '@ostrata/testkit';
import { type Journey, journey, textIn } from './support/journey.ts';
import { rejectionOf, Workspace } from './support/workspace.ts';

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

describe('treefile on a compose', () => {
  let workspace: Workspace;
  let world: World;
  let compose: Journey;
  beforeEach(async () => {
    workspace = new Workspace();
    world = new World();
    world.sources.set('main', { packages: PACKAGES });
    compose = await journey(world, workspace);
  });
  afterEach(() => {
    compose[Symbol.dispose]();
    workspace.remove();
  });

  const manifest = (...lines: string[]) =>
    workspace.write('manifest.yaml', ['ref: test/stable', 'repos: [main]', ...lines].join('\n'));
  const installed = (plan: Plan | null) => plan?.inputs.install.map(({ name, version }) => `${name} ${version}`).sort();

  it('asks for its packages, by repositories defined beside it', async () => {
    manifest('releasever: 40', 'repovars: {site: x}', 'packages: [app]', 'recommends: false');
    const { plan } = await compose.run({}, { until: 'resolve' });
    assert.deepEqual(installed(plan), ['app 1', 'lib 2']);
    assert.deepEqual(plan?.snapshots[0]?.source, {
      id: 'main',
      kind: 'rpm-md',
      priority: 99,
      options: { lookup: [workspace.directory], variables: { basearch: 'x86_64', releasever: '40', site: 'x' } },
    });
  });

  it('takes all repositories that are enabled beside it where it names none', async () => {
    world.sources.set('second', { packages: [{ name: 'b' }] });
    workspace.write('x.repo', '[main]\nname=no repository\n[second]\nname=b\n[off]\nenabled=0\n');
    workspace.write('manifest.yaml', 'packages: [b]');
    const { plan } = await compose.run({}, { until: 'resolve' });
    assert.deepEqual(
      plan?.snapshots.map(({ source }) => source.id),
      ['second'],
    );
    workspace.write('x.repo', '[off]\nenabled = false\n');
    assert.equal((await rejectionOf(compose.run())).code, 'TREEFILE_NO_REPOS');
  });

  it('takes repo-packages from their repository, which must be among those named', async () => {
    world.sources.set('second', { packages: [{ name: 'lib', version: '0.5' }] });
    manifest('repo-packages: [{repo: second, packages: [lib]}]');
    const error = await rejectionOf(compose.run({}, { until: 'resolve' }));
    assert.match(error.message, /manifest\.yaml:3: repo-packages names second, which is not among "repos"/);
    workspace.write('manifest.yaml', 'repos: [main, second]\nrepo-packages: [{repo: second, packages: [lib]}]');
    const intents: Intent[] = [];
    const witness = definePlugin({
      name: 'witness',
      apiVersion: '^0.1.0',
      apply: (host) => host.hooks['resolve.intent'].tapPromise(async (intent) => void intents.push(intent)),
    });
    compose[Symbol.dispose]();
    compose = await journey(world, workspace, [witness]);
    await compose.run({}, { until: 'resolve' });
    assert.deepEqual(intents[0]?.install, [
      { spec: 'lib', source: 'second', origin: `${workspace.path('manifest.yaml')}:2` },
    ]);
  });

  it('completes the image', async () => {
    manifest(
      'documentation: false',
      'install-langs: [de]',
      'boot-location: modules',
      'no-initramfs: true',
      'initramfs-args: [--x]',
      'tmp-is-dir: true',
      'opt-usrlocal: stateoverlay',
      'machineid-compat: false',
      'readonly-executables: true',
      'etc-group-members: [wheel]',
      'ignore-devices: false',
      'selinux: false',
      'rpmdb: host',
      'add-commit-metadata: {a: true}',
    );
    const { plan } = await compose.run({}, { until: 'resolve' });
    assert.deepEqual(plan?.inputs.image, {
      ref: 'test/stable',
      documentation: false,
      languages: ['de'],
      kernel: { location: 'modules', initramfs: false, initramfsArgs: ['--x'] },
      layout: {
        tmp: 'directory',
        optUsrLocal: 'stateoverlay',
        machineId: 'absent',
        readonlyExecutables: true,
        etcGroupMembers: ['wheel'],
        ignoreDevices: false,
      },
      selinux: false,
      database: 'host',
      subject: '',
      metadata: {
        a: { type: 'b', value: true },
        'rpmostree.initramfs-args': { type: 'as', value: ['--x'] },
      },
    });
  });

  it('puts contents and no paths of the machine into the Plan, whose digest covers them', async () => {
    manifest('packages: [app]', 'add-files: [[data, /usr/share/data]]', 'postprocess-script: fix.sh');
    workspace.write('data', 'one');
    workspace.write('fix.sh', '#!/bin/sh\n', 0o755);
    const digest = async () => (await compose.run({}, { until: 'resolve' })).plan?.digest;
    const first = await compose.run({}, { until: 'resolve' });
    assert.ok(!JSON.stringify(first.plan?.inputs).includes(workspace.directory));
    assert.equal(await digest(), first.plan?.digest);
    workspace.write('data', 'two');
    const second = await digest();
    assert.notEqual(second, first.plan?.digest);
    chmodSync(workspace.path('data'), 0o600);
    assert.notEqual(await digest(), second);
    workspace.write('data', 'one');
    workspace.write('fix.sh', '#!/bin/sh\n# more\n', 0o755);
    assert.notEqual(await digest(), first.plan?.digest);
  });

  it('is the same wherever it lies, however it is written', async () => {
    manifest('include: a.yaml');
    workspace.write('a.yaml', 'packages: [app]');
    const first = await compose.run({}, { until: 'resolve' });
    const other = new Workspace({ 'manifest.yaml': '# text\nrepos: [main]\npackages:\n  - app\nref: test/stable\n' });
    try {
      const second = await compose.run({ path: other.path('manifest.yaml') }, { until: 'resolve' });
      assert.equal(second.plan?.digest, first.plan?.digest);
    } finally {
      other.remove();
    }
  });

  it('counts versions on from the parent commit, and the version does not count for the digest', async () => {
    manifest('packages: [app]', 'automatic-version-prefix: "40"');
    const first = await compose.run();
    assert.equal(first.plan?.commit.version, '40');
    assert.equal((await compose.run()).status, 'unchanged');
    const forced = { commit: { parent: 'auto', timestamp: 1, force: true } } as const;
    const second = await compose.run({}, forced);
    assert.equal(second.plan?.commit.version, '40.1');
    assert.deepEqual(second.commit?.meta.metadata['version'], { type: 's', value: '40.1' });
    assert.equal(second.plan?.digest, first.plan?.digest);
    assert.equal((await compose.run({ previousVersion: '40.7' }, forced)).plan?.commit.version, '40.8');
    assert.equal((await compose.run({ addMetadata: { version: 'x' } }, forced)).plan?.commit.version, 'x');
  });

  it('adds metadata from the command line over that of the treefile', async () => {
    manifest('add-commit-metadata: {a: 1, b: two}');
    const { commit } = await compose.run({ addMetadata: { a: 'x', c: 'y' } });
    const metadata = commit?.meta.metadata ?? {};
    assert.deepEqual([metadata['a']?.value, metadata['b']?.value, metadata['c']?.value], ['x', 'two', 'y']);
  });

  it('makes a commit that no ref names, continuing the one it names', async () => {
    manifest('packages: [lib]');
    const first = await compose.run();
    manifest('packages: [app]');
    const { commit } = await compose.run({ noRef: true });
    assert.equal(commit?.meta.parent, first.commit?.id);
    assert.equal(await world.stores.find('/work').resolve('test/stable'), first.commit?.id);
  });

  it('only flattens when the request stops there, whatever a compose would refuse', async () => {
    manifest('ostree-layers: [a]', 'packages: [app]');
    const { status, plan, extras } = await compose.run({}, { until: 'request' });
    assert.equal(status, 'done');
    assert.equal(plan, null);
    assert.deepEqual(extras['treefile'], {
      flattened: {
        packages: ['app'],
        ref: 'test/stable',
        basearch: 'x86_64',
        repos: ['main'],
        'ostree-layers': ['a'],
      },
    });
    assert.equal((await rejectionOf(compose.run())).code, 'TREEFILE_UNSUPPORTED');
  });

  it('warns of a ref with an unknown variable and of unknown keys in JSON', async () => {
    const path = workspace.write('a.json', '{"ref": "a/${x}", "comment": "y"}');
    await compose.run({ path }, { until: 'request' });
    assert.ok(compose.said.some((text) => text.includes('variable x')));
    assert.ok(compose.said.some((text) => text.includes('unknown key "comment"')));
  });

  describe('locks and excludes', () => {
    it('holds packages at the builds of lockfiles, and only those when strict', async () => {
      manifest('packages: [lib]');
      const lock = workspace.write('lock.json', '{"packages": {"lib": {"evra": "1-1.noarch"}}}');
      assert.deepEqual(installed((await compose.run({ lockfiles: [lock] }, { until: 'resolve' })).plan), ['lib 1']);
      manifest('packages: [extra, lib]');
      const error = await rejectionOf(compose.run({ lockfiles: [lock], lockfileStrict: true }, { until: 'resolve' }));
      assert.ok(['TREEFILE_LOCKED', 'FAKE_UNSOLVABLE'].includes(error.code), `${error.code} ${error.message}`);
    });

    it('refuses a locked package with another digest', async () => {
      manifest('packages: [lib]');
      const lock = workspace.write('lock.json', '{"packages": {"lib": {"evr": "2-1", "digest": "sha256:00ff"}}}');
      const error = await rejectionOf(compose.run({ lockfiles: [lock] }, { until: 'resolve' }));
      assert.equal(error.code, 'TREEFILE_LOCKED');
      assert.match(error.message, /has the digest sha256:[0-9a-f]{64}, and the lockfile says sha256:00ff/);
    });

    it('uses lockfile repositories with a lockfile only', async () => {
      world.sources.set('pool', { packages: [{ name: 'lib', version: '1.5' }] });
      manifest('lockfile-repos: [pool]', 'packages: [lib]');
      const sources = (plan: Plan | null) => plan?.snapshots.map(({ source }) => source.id);
      assert.deepEqual(sources((await compose.run({}, { until: 'resolve' })).plan), ['main']);
      const lock = workspace.write('lock.yaml', 'packages: {lib: {evr: 1.5-1}}');
      const { plan } = await compose.run({ lockfiles: [lock] }, { until: 'resolve' });
      assert.deepEqual(sources(plan), ['main', 'pool']);
      assert.deepEqual(installed(plan), ['lib 1.5']);
    });

    it('writes a lockfile that holds what was chosen', async () => {
      manifest('packages: [app]');
      const file = workspace.path('out.json');
      const first = await compose.run({ writeLockfileTo: file }, { until: 'resolve' });
      const written = JSON.parse(readFileSync(file, 'utf8'));
      assert.deepEqual(Object.keys(written.packages), ['app', 'extra', 'lib']);
      assert.equal(written.packages.lib.evra, '2-1.noarch');
      assert.match(written.packages.lib.digest, /^sha256:[0-9a-f]{64}$/);
      assert.deepEqual(written.metadata, {
        generated: '2023-11-14T00:00:00Z',
        rpmmd_repos: { main: { generated: '1970-01-01T00:00:00Z' } },
      });
      const again = await compose.run({ lockfiles: [file], lockfileStrict: true }, { until: 'resolve' });
      assert.equal(again.plan?.digest, first.plan?.digest);
      assert.deepEqual(readdirSync(workspace.directory).sort(), ['manifest.yaml', 'out.json']);
    });

    it('says why a lockfile cannot be written, and leaves nothing behind', async () => {
      manifest('packages: [app]');
      const error = await rejectionOf(
        compose.run({ writeLockfileTo: workspace.path('no/out.json') }, { until: 'resolve' }),
      );
      assert.equal(error.code, 'TREEFILE_WRITE');
      mkdirSync(workspace.path('taken/in'), { recursive: true });
      const file = workspace.path('taken');
      assert.equal(
        (await rejectionOf(compose.run({ writeLockfileTo: file }, { until: 'resolve' }))).code,
        'TREEFILE_WRITE',
      );
      assert.deepEqual(readdirSync(workspace.directory).sort(), ['manifest.yaml', 'taken']);
    });

    it('does not install what is excluded', async () => {
      manifest('packages: [app]', 'exclude-packages: [extra]');
      assert.deepEqual(installed((await compose.run({}, { until: 'resolve' })).plan), ['app 1', 'lib 2']);
      manifest('packages: [app]', 'exclude-packages: [lib]');
      assert.ok(await rejectionOf(compose.run({}, { until: 'resolve' })));
    });
  });

  describe('changes the tree', () => {
    const made = async (...lines: string[]) => {
      manifest(...lines);
      return compose.tree(await compose.run());
    };
    const linkIn = async (tree: Awaited<ReturnType<typeof made>>, path: string) => {
      const entry = tree.lookup(path);
      return entry?.type === 'symlink' ? entry.target : undefined;
    };

    it('enables units and sets the default target', async () => {
      const tree = await made(
        'packages: [system]',
        'units: [a.service, b.service]',
        'default-target: graphical.target',
      );
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
      assert.match(error.message, /postprocess\[0\] .*exit code 3.*one\n {2}boom/s);
      assert.deepEqual(error.data['tail'], ['one', 'boom']);
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
});

/** Makes a link in the tree before anything else. */
function linker({ link, target }: { link: string; target: string }) {
  return definePlugin({
    name: 'linker',
    apiVersion: '^0.1.0',
    apply: (host) =>
      host.hooks['assemble.populate'].tapPromise(async ({ tree }) => {
        tree.symlink(link, target, { parents: true });
      }),
  });
}
