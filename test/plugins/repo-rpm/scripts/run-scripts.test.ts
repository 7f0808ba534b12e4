import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Commit, type HostError, type ImageSpec, OBJECT_STORES } from '@ostrata/core';
import { Sense, Tag, type TagAddition } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { planScripts } from '../../../../plugins/repo-rpm/src/scripts/plan-settings.ts';
import type { ScriptPolicy } from '../../../../plugins/repo-rpm/src/scripts/script-rules.ts';
import { IMAGE, LocalCompose, type PlanOptions } from '../support/compose.ts';
import { FakeSandbox } from '../support/fake-sandbox.ts';
import { type BuiltPackage, DIRECTORY, writePackage } from '../support/rpm-builder.ts';

const script = (tag: number, programTag: number, body: string | null, program: readonly string[] = ['/bin/sh']) => [
  ...(body === null ? [] : [{ tag, value: body }]),
  { tag: programTag, value: program },
];
const pre = (body: string | null, program?: readonly string[]) => script(Tag.PREIN, Tag.PREINPROG, body, program);
const post = (body: string | null, program?: readonly string[]) => script(Tag.POSTIN, Tag.POSTINPROG, body, program);
const posttrans = (body: string) => script(Tag.POSTTRANS, Tag.POSTTRANSPROG, body);
const fileTrigger = (body: string, ...paths: string[]): TagAddition[] => [
  { tag: Tag.TRANSFILETRIGGERSCRIPTS, value: [body] },
  { tag: Tag.TRANSFILETRIGGERSCRIPTPROG, value: ['/bin/sh'] },
  { tag: Tag.TRANSFILETRIGGERNAME, value: paths },
  { tag: Tag.TRANSFILETRIGGERINDEX, value: paths.map(() => 0) },
  { tag: Tag.TRANSFILETRIGGERVERSION, value: paths.map(() => '') },
  { tag: Tag.TRANSFILETRIGGERFLAGS, value: paths.map(() => Sense.TRIGGERIN) },
];
const trigger = (name: string): TagAddition[] => [
  { tag: Tag.TRIGGERSCRIPTS, value: ['true'] },
  { tag: Tag.TRIGGERSCRIPTPROG, value: ['/bin/sh'] },
  { tag: Tag.TRIGGERNAME, value: [name] },
  { tag: Tag.TRIGGERINDEX, value: [0] },
  { tag: Tag.TRIGGERVERSION, value: [''] },
  { tag: Tag.TRIGGERFLAGS, value: [Sense.TRIGGERIN] },
];

const ETC: BuiltPackage = {
  name: 'accounts',
  files: [
    { path: '/etc/passwd', content: 'root:x:0:0::/root:/bin/sh\n' },
    { path: '/etc/group', content: 'root:x:0:\nmail:x:8:\n' },
  ],
};

describe('package scripts', () => {
  let sandbox: FakeSandbox;
  let compose: LocalCompose;
  beforeEach(() => {
    sandbox = new FakeSandbox();
    compose = new LocalCompose({ sandbox: sandbox.plugin });
  });
  afterEach(() => compose[Symbol.asyncDispose]());

  const install = (packages: readonly BuiltPackage[], options?: PlanOptions): Promise<Commit> =>
    compose.run(
      packages.map((pkg) => writePackage(compose.environment.cacheDir, pkg)),
      options,
    );
  const fails = async (packages: readonly BuiltPackage[], code: string): Promise<HostError> => {
    let caught: unknown;
    await install(packages).catch((error) => {
      caught = error;
    });
    assert.equal((caught as HostError | undefined)?.code, code);
    return caught as HostError;
  };
  const lookup = async (commit: Commit, path: string) => {
    const host = await compose.host();
    return host.query(async (ctx) => {
      const store = await (await ctx.get(OBJECT_STORES)).open(compose.repository);
      try {
        return (await store.openTree(commit.id)).lookup(path);
      } finally {
        store.close();
      }
    });
  };

  it('run in the order of rpm-ostree: all %pre, all %post, all %posttrans, file triggers', async () => {
    await install([
      { name: 'a', files: [{ path: '/usr/share/t/a' }], tags: [...posttrans('pa'), ...post('oa'), ...pre('ia')] },
      { name: 'b', tags: [...fileTrigger('tb', '/usr/share/t'), ...pre('ib'), ...post('ob'), ...posttrans('pb')] },
    ]);
    assert.deepEqual(sandbox.labels, [
      'a.prein',
      'b.prein',
      'a.post',
      'b.post',
      'a.posttrans',
      'b.posttrans',
      'b.transfiletriggerin',
    ]);
    assert.equal(sandbox.runs.at(-1)?.label, 'check');
  });

  it('get their text, $1 and the sandbox of scripts', async () => {
    await install([{ name: 'a', tags: post('echo hello\n', ['/usr/bin/perl', '-w']) }]);
    const [run] = sandbox.runs;
    assert.deepEqual(run?.argv, ['/usr/bin/perl', '-w', '/run/ostrata/scripts/a.post', '1']);
    assert.equal(run?.script, 'echo hello\n');
    const { profile, wrappers, writable, binds } = run.command;
    assert.deepEqual({ profile, wrappers, writable }, { profile: 'script', wrappers: true, writable: 'usr-etc' });
    assert.equal(binds?.[0]?.writable, false);
  });

  it('that are a program only are run without a script', async () => {
    await install([{ name: 'a', tags: post(null, ['/sbin/ldconfig']) }]);
    assert.deepEqual(sandbox.runs[0]?.argv, ['/sbin/ldconfig']);
  });

  it('are none when a shell has nothing to do, and the tree is not materialised then', async () => {
    await install([{ name: 'a', files: [{ path: '/usr/x' }], tags: post(null) }]);
    assert.equal(sandbox.runs.length, 0);
  });

  it('that make no sense in an image are not run', async () => {
    await install([
      { name: 'setup', tags: post('x') },
      { name: 'kernel-core', tags: posttrans('x') },
      { name: 'nvme-cli', release: '1.el8', tags: post('x') },
    ]);
    assert.deepEqual(sandbox.labels, []);
    const kernelInstall: ImageSpec = { ...IMAGE, kernel: { ...IMAGE.kernel, location: 'kernel-install' } };
    await install([{ name: 'kernel-core', tags: posttrans('x') }], { image: kernelInstall });
    assert.deepEqual(sandbox.labels, ['kernel-core.posttrans']);
  });

  it('expand macros and query formats when their flags say so', async () => {
    const flags = (value: number): TagAddition => ({ tag: Tag.POSTINFLAGS, value });
    const body = '%{_bindir} %{?none:no}%{!?none:yes} %% %{NAME} %{_install_langs}\n';
    await install([
      { name: 'a', tags: [...post(body), flags(1)] },
      { name: 'b', tags: [...post('[%{PROVIDENAME},] %{NAME}-%{VERSION}\\n'), flags(2)] },
      { name: 'c', tags: post(body) },
    ]);
    assert.deepEqual(
      sandbox.runs.slice(0, 3).map((run) => run.script),
      ['/usr/bin yes % %{NAME} all\n', 'b, b-1\n', body],
    );
    const error = await fails([{ name: 'd', tags: [...post('%(date)'), flags(1)] }], 'RPM_SCRIPT_UNSUPPORTED');
    assert.match(error.message, /%post of the package d/);
  });

  it('in Lua change the tree without a sandbox, are skipped by their mark, or replaced by what an image needs', async () => {
    const lua = (body: string) => post(body, ['<lua>']);
    const write = (name: string) => `local f = io.open('/usr/lib/${name}', 'w') f:write(arg[2] + 1) f:close()`;
    const files = [{ path: '/usr/lib/keep' }];
    const commit = await install([
      { name: 'a', files, tags: lua(write('by-lua')) },
      { name: 'skipped', tags: lua(`-- x\n-- rpm-ostree-skip\n${write('skipped')}`) },
      { name: 'glibc', tags: lua(write('glibc')) },
    ]);
    assert.equal((await lookup(commit, 'usr/lib/by-lua'))?.type, 'file');
    assert.equal(await lookup(commit, 'usr/lib/skipped'), undefined);
    assert.equal(await lookup(commit, 'usr/lib/glibc'), undefined);
    assert.deepEqual(sandbox.labels, ['glibc.post']);
    assert.match(sandbox.runs[0]?.script ?? '', /iconvconfig/);
  });

  it('in Lua that fail say where and why', async () => {
    const error = await fails([{ name: 'a', tags: post('\nlocal x = nil + 1', ['<lua>']) }], 'RPM_SCRIPT_FAILED');
    assert.match(error.message, /%post of the package a failed: a\.post:2: attempt to perform arithmetic on a nil/);
    await fails([{ name: 'a', tags: post('syntax error here', ['<lua>']) }], 'RPM_SCRIPT_FAILED');
  });

  it('of triggers on packages run after the %post of what they wait for, with two counts', async () => {
    await install([
      { name: 'a', tags: post('x') },
      { name: 'b', tags: trigger('a') },
      { name: 'c', tags: trigger('b') },
    ]);
    assert.deepEqual(sandbox.labels, ['a.post', 'b.triggerin', 'c.triggerin']);
    assert.deepEqual(sandbox.runs[1]?.argv.slice(2), ['1', '1']);
  });

  it('are left out, forgiven, refused or run as they are by the policy, the most exact key first', async () => {
    const outcome = async (scripts: ScriptPolicy) => {
      await using compose = new LocalCompose({ sandbox: sandbox.plugin });
      sandbox.runs.length = 0;
      sandbox.behaviour = ({ label }) => (label === 'a.post' ? { code: 1, tail: ['no'] } : {});
      const packages = [
        { name: 'a', tags: [...pre('x'), ...post('x')] },
        { name: 'setup', tags: post('x') },
      ];
      const files = packages.map((pkg) => writePackage(compose.environment.cacheDir, pkg));
      const plan = planScripts(compose.plan(files), { scripts, scriptTimeoutSeconds: 60 });
      await compose.run(files, { extras: plan?.inputs.extras ?? {} });
      const warnings = compose.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
      return { labels: sandbox.labels, warnings };
    };
    assert.deepEqual(await outcome({ 'a.post': 'skip' }), { labels: ['a.prein'], warnings: [] });
    assert.deepEqual(await outcome({ 'a.*': 'skip', '*.post': 'run' }), { labels: ['setup.post'], warnings: [] });
    const { labels, warnings } = await outcome({ '*.post': 'warn', 'setup.post': 'run' });
    assert.deepEqual(labels, ['a.prein', 'a.post', 'setup.post']);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /%post of the package a ended with exit code 1: no/);
    await assert.rejects(outcome({ '*.prein': 'fail', 'a.post': 'skip' }), { code: 'RPM_SCRIPT_UNSUPPORTED' });
    assert.deepEqual(sandbox.labels, []);
  });

  it('of file triggers get the files below their directories, and do not run without any', async () => {
    await install([
      {
        name: 'a',
        files: [
          { path: '/usr/share/t', mode: DIRECTORY },
          { path: '/usr/share/t/d/x' },
          { path: '/usr/share/t/b' },
          { path: '/usr/share/one' },
          { path: '/usr/share/link', link: 't' },
        ],
        tags: fileTrigger(
          'cat',
          '/usr/share/t/',
          '/usr/share/one',
          '/usr/share/link',
          '/etc',
          '/usr/local',
          '/usr/none',
        ),
      },
      { name: 'b', tags: fileTrigger('cat', '/usr/none') },
    ]);
    assert.deepEqual(sandbox.labels, ['a.transfiletriggerin']);
    assert.deepEqual(sandbox.runs[0]?.argv, ['/bin/sh', '/run/ostrata/scripts/a.transfiletriggerin', '0']);
    assert.deepEqual(sandbox.runs[0]?.input?.trim().split('\n'), ['/usr/share/t/d/x', '/usr/share/t/b']);
  });

  it('that fail end the run with their name, exit code and last lines', async () => {
    sandbox.behaviour = ({ label }) =>
      label === 'a.post' ? { code: 3, tail: ['one', 'two', 'three', 'it broke'] } : {};
    const error = await fails([{ name: 'a', tags: post('false') }], 'RPM_SCRIPT_FAILED');
    assert.match(error.message, /%post of the package a ended with exit code 3: two \/ three \/ it broke/);
    assert.deepEqual(error.data, {
      package: 'a',
      script: 'post',
      code: 3,
      signal: null,
      output: ['one', 'two', 'three', 'it broke'],
    });
    sandbox.behaviour = () => ({ code: 137, signal: 'SIGKILL' });
    assert.match((await fails([{ name: 'a', tags: post('x') }], 'RPM_SCRIPT_FAILED')).message, /was ended by SIGKILL/);
  });

  it('that break the tree are noticed', async () => {
    sandbox.behaviour = ({ label }) => (label === 'check' ? { code: 127 } : {});
    await fails([{ name: 'a', tags: post('rm -rf /usr') }], 'RPM_TREE_BROKEN');
  });

  it('change the tree', async () => {
    sandbox.behaviour = ({ label }, root) => {
      mkdirSync(join(root, 'usr/share'), { recursive: true });
      writeFileSync(join(root, 'usr/share', label), label);
      return undefined;
    };
    const kinds = ['prein', 'post', 'posttrans', 'transfiletriggerin'];
    const trigger = fileTrigger('4', '/usr/share');
    const files = [{ path: '/usr/share/own' }];
    const tags = [...pre('1'), ...post('2'), ...posttrans('3'), ...trigger];
    const commit = await install([{ name: 'a', files, tags }]);
    for (const kind of kinds) assert.equal((await lookup(commit, `usr/share/a.${kind}`))?.type, 'file', kind);
    assert.equal(sandbox.runs[3]?.input, '/usr/share/own\n');
  });

  it('make users in %pre, to whom files belong afterwards', async () => {
    sandbox.behaviour = ({ label }, root) => {
      if (label !== 'daemon.prein') return undefined;
      mkdirSync(join(root, 'etc'), { recursive: true });
      writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nrunner:x:77:78::/:/bin/false\n');
      return undefined;
    };
    const commit = await install([
      ETC,
      {
        name: 'daemon',
        tags: pre('useradd runner'),
        files: [
          { path: '/usr/lib/daemon', mode: 0o040750, user: 'runner', group: 'mail' },
          { path: '/usr/bin/daemon', mode: 0o106755, content: 'x', user: 'runner', group: 'mail' },
          { path: '/etc/daemon.conf', user: 'runner' },
        ],
      },
    ]);
    const owner = async (path: string) => {
      const entry = await lookup(commit, path);
      return [entry?.uid, entry?.gid, entry?.mode];
    };
    assert.deepEqual(await owner('usr/lib/daemon'), [77, 8, 0o040750]);
    assert.deepEqual(await owner('usr/bin/daemon'), [77, 8, 0o106755]);
    assert.deepEqual(await owner('usr/etc/daemon.conf'), [77, 0, 0o100644]);
  });

  it('do not make the users that files need', async () => {
    const error = await fails(
      [ETC, { name: 'a', files: [{ path: '/usr/x', user: 'nobody-made-me' }] }],
      'RPM_OWNER_UNKNOWN',
    );
    assert.match(error.message, /\/usr\/x of the package a .*user nobody-made-me/);
  });

  it('of removal are not run, neither when a package goes nor when another takes its place', async () => {
    const removal = [
      ...script(Tag.PREUN, Tag.PREUNPROG, 'x'),
      ...script(Tag.POSTUN, Tag.POSTUNPROG, 'x'),
      ...script(Tag.PRETRANS, Tag.PRETRANSPROG, 'x'),
      ...script(Tag.VERIFYSCRIPT, Tag.VERIFYSCRIPTPROG, 'x'),
    ];
    const flags = (tag: number, value: number): TagAddition => ({ tag, value: [value] });
    const watching = [
      ...trigger('old').filter(({ tag }) => tag !== Tag.TRIGGERFLAGS),
      flags(Tag.TRIGGERFLAGS, Sense.TRIGGERPOSTUN),
      ...fileTrigger('x', '/usr').filter(({ tag }) => tag !== Tag.TRANSFILETRIGGERFLAGS),
      flags(Tag.TRANSFILETRIGGERFLAGS, Sense.TRIGGERUN),
    ];
    const old = { name: 'old', files: [{ path: '/usr/share/old' }], tags: removal };
    const base = await install([old, { name: 'watcher', tags: watching }]);
    const identity = { format: 'rpm', name: 'old', epoch: 0, version: '1', release: '1', arch: 'noarch' };
    await install([], { base: base.id, remove: [identity] });
    await install([{ ...old, version: '2' }], { base: base.id, remove: [identity] });
    assert.deepEqual(sandbox.labels, []);
  });

  it('run over a base with its file triggers, and $1 = 2 for what replaces a package', async () => {
    const old = { name: 'tool', version: '1', files: [{ path: '/usr/bin/tool', content: 'old' }] };
    const watcher = { name: 'watcher', tags: fileTrigger('tb', '/usr/bin') };
    const base = await install([old, watcher]);
    sandbox.runs.length = 0;
    const identity = { format: 'rpm', name: 'tool', epoch: 0, version: '1', release: '1', arch: 'noarch' };
    const upgraded = { ...old, version: '2', files: [{ path: '/usr/bin/tool', content: 'new' }], tags: post('x') };
    await install([upgraded], { base: base.id, remove: [identity] });
    assert.deepEqual(sandbox.labels, ['tool.post', 'watcher.transfiletriggerin']);
    assert.equal(sandbox.runs[0]?.argv.at(-1), '2');
    sandbox.runs.length = 0;
    await install([], { base: base.id, remove: [identity] });
    assert.deepEqual(sandbox.labels, []);
  });
});
