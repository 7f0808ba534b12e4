import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '@ostrata/core';
import { Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { missing, tool } from '../../../support/tools.ts';
import { LocalCompose } from '../support/compose.ts';
import { type BuiltPackage, buildPackage, writePackage } from '../support/rpm-builder.ts';

const BUSYBOX = '/usr/bin/busybox';

function isStatic(): boolean {
  return !readFileSync(BUSYBOX).includes('/lib64/ld-linux');
}

describe('package scripts in the sandbox (needs bwrap, ostree, a static busybox)', () => {
  let compose: LocalCompose;
  before(function () {
    if (missing('bwrap', 'ostree', 'busybox').length > 0 || !isStatic()) this.skip();
  });
  beforeEach(() => {
    compose = new LocalCompose();
  });
  afterEach(() => compose?.[Symbol.asyncDispose]());

  /** A tree in which /bin/sh runs. */
  const shell = (): string => {
    const file = join(compose.environment.cacheDir, 'busybox.rpm');
    const applets = ['sh', 'true', 'cat', 'mkdir', 'touch', 'adduser', 'chmod', 'id', 'dd', 'sleep', 'setsid', 'rm'];
    const links = applets.map((name) => ({ path: `/usr/bin/${name}`, link: 'busybox' }));
    const program = { path: '/usr/bin/busybox', mode: 0o100755, content: readFileSync(BUSYBOX) };
    writeFileSync(file, buildPackage({ name: 'busybox', files: [program, ...links] }));
    return file;
  };
  const pkg = (name: string, tags: BuiltPackage['tags']): string => {
    const file = join(compose.environment.cacheDir, `${name}.rpm`);
    writeFileSync(file, buildPackage({ name, files: [{ path: `/usr/share/${name}` }], tags: tags ?? [] }));
    return file;
  };

  it('run, and what they write in /usr and /etc is in the commit', async () => {
    const { id } = await compose.run([
      shell(),
      pkg('a', [
        { tag: Tag.PREIN, value: 'echo note > /var/lib/rpm-state/note; echo "pre $1" > /usr/share/pre' },
        {
          tag: Tag.POSTIN,
          value: 'cat /var/lib/rpm-state/note /usr/share/pre > /etc/post; touch /var/forbidden && exit 7; true',
        },
      ]),
    ]);
    const show = (path: string) => tool(['ostree', `--repo=${compose.repository}`, 'cat', id, path]);
    assert.equal(show('/usr/share/pre'), 'pre 1\n');
    assert.equal(show('/usr/etc/post'), 'note\npre 1\n');
  });

  it('run in a plain chroot where the configuration says so (needs root)', async function () {
    if (missing('root').length > 0) this.skip();
    await compose[Symbol.asyncDispose]();
    compose = new LocalCompose({ config: { 'sandbox-bwrap': { isolation: 'none' } } });
    const { id } = await compose.run([
      shell(),
      pkg('a', [
        { tag: Tag.POSTIN, value: 'echo "post $1" > /usr/share/post' },
        { tag: Tag.POSTTRANS, value: `local f = io.popen('echo from a program') print(f:read('a'))` },
        { tag: Tag.POSTTRANSPROG, value: ['<lua>'] },
      ]),
    ]);
    const repo = `--repo=${compose.repository}`;
    assert.equal(tool(['ostree', repo, 'cat', id, '/usr/share/post']), 'post 1\n');
    const said = compose.events.flatMap((event) => (event.type === 'message' ? [event.text] : []));
    assert.ok(said.includes('from a program'), said.join('\n'));
    assert.doesNotMatch(tool(['ostree', repo, 'ls', '-R', id]), /\/ostrata/);
  });

  it('that fail say so, and leave the repository sound', async () => {
    const failing = pkg('b', [{ tag: Tag.POSTIN, value: 'echo about to fail\nexit 9' }]);
    await assert.rejects(compose.run([shell(), failing]), (error: unknown) => {
      assert.ok(error instanceof HostError);
      assert.equal(error.code, 'RPM_SCRIPT_FAILED');
      assert.equal(error.message, 'The script %post of the package b ended with exit code 9: about to fail');
      return true;
    });
    tool(['ostree', 'fsck', `--repo=${compose.repository}`]);
    assert.equal(tool(['ostree', 'refs', `--repo=${compose.repository}`]).includes('test\n'), false);
  });

  const failure = async (run: Promise<unknown>): Promise<HostError> => {
    const caught = await run.then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(caught instanceof HostError, `no error but ${caught}`);
    return caught;
  };
  /** Nothing of a run that failed can be found, and what was there is sound. */
  const isUntouched = (refs: string) => {
    tool(['ostree', 'fsck', '--quiet', `--repo=${compose.repository}`]);
    assert.equal(tool(['ostree', 'rev-parse', `--repo=${compose.repository}`, 'test']).trim(), refs);
  };
  const script = (name: string, tag: number, body: string) => pkg(name, [{ tag, value: body }]);
  const limited = { extras: { 'repo-rpm': { timeoutSeconds: 2 } } };

  it('that fail as %pre or %post leave the base and its ref as they were', async () => {
    const base = await compose.run([shell()]);
    for (const tag of [Tag.PREIN, Tag.POSTIN]) {
      const bad = script('bad', tag, 'echo half > /usr/share/half; echo x > /usr/bin/busybox; exit 5');
      const error = await failure(compose.run([bad], { base: base.id }));
      assert.equal(error.code, 'RPM_SCRIPT_FAILED');
      assert.equal(error.data['code'], 5);
      isUntouched(base.id);
    }
  });

  it('change files of the base in the new commit only', async () => {
    const base = await compose.run([shell(), pkg('victim', [])]);
    const writer = script('writer', Tag.POSTIN, 'echo changed > /usr/share/victim; rm /usr/bin/dd');
    const { id } = await compose.run([writer], { base: base.id });
    const repo = `--repo=${compose.repository}`;
    assert.equal(tool(['ostree', repo, 'cat', base.id, '/usr/share/victim']), '');
    assert.equal(tool(['ostree', repo, 'cat', id, '/usr/share/victim']), 'changed\n');
    assert.match(tool(['ostree', repo, 'ls', base.id, '/usr/bin/dd']), /busybox/);
    assert.doesNotMatch(tool(['ostree', repo, 'ls', id, '/usr/bin']), /\/dd/);
    tool(['ostree', 'fsck', '--quiet', repo]);
  });

  it('that wait for input find its end', async () => {
    const reader = script('reader', Tag.POSTIN, 'read line; cat; echo "got <$line>" > /usr/share/got');
    const { id } = await compose.run([shell(), reader]);
    assert.equal(tool(['ostree', `--repo=${compose.repository}`, 'cat', id, '/usr/share/got']), 'got <>\n');
  });

  it('leave no daemons behind, and none can hold the run up', async () => {
    const seconds = 4_000_000 + process.pid;
    const daemons = `sleep ${seconds} & setsid sleep ${seconds} & (setsid sh -c 'sleep ${seconds} & sleep ${seconds}' &)`;
    await compose.run([shell(), script('daemon', Tag.POSTIN, `${daemons}\nexit 0`)]);
    const running = readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(String(seconds));
      } catch {
        return false;
      }
    });
    assert.deepEqual(running, []);
  });

  it('that do not end are ended', async () => {
    const endless = script('endless', Tag.POSTIN, 'echo begun; while :; do :; done');
    const error = await failure(compose.run([shell(), endless], limited));
    assert.equal(error.code, 'RPM_SCRIPT_FAILED');
    assert.match(
      error.message,
      /%post of the package endless was ended by SIGKILL: begun \/ ended: it took longer than \d s/,
    );
  });

  it('in Lua that do not end, or want all memory, are ended', async () => {
    const lua = (name: string, body: string) =>
      pkg(name, [
        { tag: Tag.POSTIN, value: body },
        { tag: Tag.POSTINPROG, value: ['<lua>'] },
      ]);
    const ends: readonly (readonly [string, RegExp])[] = [
      ['while true do end', /took longer than \d s/],
      [`string.find(('a'):rep(40), ('a?'):rep(40) .. ('a'):rep(40) .. 'b')`, /took longer than \d s/],
      ['while true do posix.fork() end', /took longer than \d s/],
      ['local t = {} for i = 1, 1e9 do t[i] = {i} end', /not enough memory|took longer/],
      [`local s = 'x' while true do s = s .. s end`, /not enough memory/],
      ['local function f() return 1 + f() end f()', /stack overflow/],
      [`local f = io.open('/usr/share/big', 'w') f:write(('x'):rep(2^25 + 1)) assert(f:close())`, /File too large/],
    ];
    for (const [body, expected] of ends) {
      const timeoutSeconds = expected.source.includes('longer') ? 1 : 30;
      const error = await failure(compose.run([lua('bad', body)], { extras: { 'repo-rpm': { timeoutSeconds } } }));
      assert.equal(error.code, 'RPM_SCRIPT_FAILED', `${body}: ${error.message}`);
      assert.match(error.message, expected);
    }
  }).timeout(60_000);
});

describe('package scripts on a full file system (needs bwrap, ostree, a static busybox, root, mount)', () => {
  let mountPoint: string | undefined;
  before(function () {
    if (missing('bwrap', 'ostree', 'busybox', 'root').length > 0 || !isStatic()) this.skip();
    const directory = mkdtempSync(join(tmpdir(), 'ostrata-full-'));
    try {
      tool(['mount', '-t', 'tmpfs', '-o', 'size=32m', 'ostrata-test', directory]);
      mountPoint = directory;
    } catch {
      rmSync(directory, { recursive: true });
      this.skip();
    }
  });
  after(() => {
    if (mountPoint === undefined) return;
    tool(['umount', mountPoint]);
    rmSync(mountPoint, { recursive: true });
  });

  for (const [what, body, code, said] of [
    ['says so when it fails', 'dd if=/dev/zero of=/usr/big bs=65536', 'RPM_SCRIPT_FAILED', /is full/],
    [
      'ends with an error when it hides its failure',
      'dd if=/dev/zero of=/usr/big bs=65536; exit 0',
      'OSTREE_NO_SPACE',
      /space/,
    ],
  ] as const) {
    it(`one that fills it ${what}, and room is there again`, async () => {
      await using compose = new LocalCompose({ parent: mountPoint as string });
      const busybox = { path: '/usr/bin/busybox', mode: 0o100755, content: readFileSync(BUSYBOX) };
      const links = ['sh', 'dd', 'true'].map((name) => ({ path: `/usr/bin/${name}`, link: 'busybox' }));
      const shell = writePackage(compose.environment.cacheDir, { name: 'busybox', files: [busybox, ...links] });
      const filler = { name: 'filler', tags: [{ tag: Tag.POSTIN, value: body }] };
      const files = [shell, writePackage(compose.environment.cacheDir, filler)];
      const error = await compose.run(files).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      assert.ok(error instanceof HostError);
      assert.equal(error.code, code);
      assert.match(error.hint ?? '', said);
      const { bavail, bsize } = statfsSync(mountPoint as string);
      assert.ok(bavail * bsize > 16 * 1024 * 1024, 'room is not given back');
      tool(['ostree', 'fsck', '--quiet', `--repo=${compose.repository}`]);
      await compose.run([shell]);
    });
  }
});
