// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of treefiles look like that
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { definePlugin, type Intent, type Plugin } from '@ostrata/core';
import type { World } from '@ostrata/testkit';
import signGpg from '../../../../plugins/sign-gpg/src/index.ts';
import { type Journey, journey } from '../support/journey.ts';
import { installed, packageWorld } from '../support/packages.ts';
import { rejectionOf, Workspace } from '../support/workspace.ts';

describe('treefile completes a request', () => {
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

  it('leaves gpg-key to the plugin that signs, and is refused where there is none', async () => {
    manifest('packages: [app]', 'gpg-key: 0123ABCD');
    const error = await rejectionOf(compose.run({}, { until: 'resolve' }));
    assert.equal(error.code, 'TREEFILE_UNSUPPORTED');
    assert.match(error.message, /0123ABCD, and no plugin signs/);
    using signing = await journey(world, workspace, [signGpg as Plugin]);
    const { plan } = await signing.run({}, { until: 'resolve' });
    assert.deepEqual(plan?.inputs.extras['sign-gpg'], { key: '0123ABCD' });
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
      apply: (host) => host.hooks['resolve.intent'].tapPromise(async ({ intent }) => void intents.push(intent)),
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
      'preserve-passwd: false',
      'remove-from-packages: [[app, "^/usr/share/doc", x], [lib, y]]',
    );
    const { plan } = await compose.run({}, { until: 'resolve' });
    assert.deepEqual(plan?.inputs.image, {
      ref: 'test/stable',
      documentation: false,
      languages: ['de'],
      omit: [
        { package: 'app', patterns: ['^/usr/share/doc', 'x'] },
        { package: 'lib', patterns: ['y'] },
      ],
      kernel: { location: 'modules', initramfs: false, initramfsArgs: ['--x'] },
      layout: {
        tmp: 'directory',
        optUsrLocal: 'stateoverlay',
        machineId: 'absent',
        readonlyExecutables: true,
        etcGroupMembers: ['wheel'],
        ignoreDevices: false,
        preserveAccounts: false,
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

  it('makes a commit that no ref names, continuing the one it names', async () => {
    manifest('packages: [lib]');
    const first = await compose.run();
    manifest('packages: [app]');
    const { commit } = await compose.run({ noRef: true });
    assert.equal(commit?.meta.parent, first.commit?.id);
    assert.equal(await world.stores.find('/work').resolve('test/stable'), first.commit?.id);
  });

  it('makes no repository to look for a parent in', async () => {
    manifest('packages: [lib]');
    await compose.run({ noRef: true }, { until: 'resolve', store: { work: '/work', target: '/target' } });
    assert.equal(await world.stores.exists('/target'), false);
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
});
