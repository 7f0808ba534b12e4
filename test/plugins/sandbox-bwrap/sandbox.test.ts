import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isHostError, type Root, type SandboxCommand } from '@ostrata/core';
import { SCRIPT_CAPABILITIES } from '../../../plugins/sandbox-bwrap/src/capabilities.ts';
import { BwrapSandbox } from '../../../plugins/sandbox-bwrap/src/sandbox.ts';
import { realExec, type TestContext, testContext } from './support/context.ts';
import { cannotSandbox, makeRoot } from './support/root.ts';

describe('sandbox-bwrap (needs bwrap, busybox-static and namespaces)', () => {
  let ctx: TestContext;
  let root: Root;
  let sandbox: BwrapSandbox;

  before(function () {
    const why = cannotSandbox();
    if (why === undefined) return;
    this.test!.parent!.title += `: ${why}`;
    this.skip();
  });

  beforeEach(() => {
    ctx = testContext();
    root = makeRoot(ctx.directory);
    sandbox = new BwrapSandbox(realExec, { isolation: 'full' }, ctx);
  });

  afterEach(() => ctx.close());

  const sh = (script: string, more: Partial<SandboxCommand> = {}) =>
    sandbox.run(
      {
        root,
        argv: ['/bin/sh', '-c', script],
        profile: 'script',
        writable: 'usr-etc',
        wrappers: false,
        label: 'demo.post',
        ...more,
      },
      ctx,
    );

  it('writes to the upper directory only', async () => {
    const result = await sh('echo new > /etc/made; rm /etc/kept; echo over > /usr/bin/busybox.conf');
    assert.deepEqual(result, { code: 0, signal: null, tail: [] });
    assert.equal(readFileSync(join(root.lower, 'etc/kept'), 'utf8'), 'as it was\n');
    assert.equal(existsSync(join(root.lower, 'etc/made')), false);
    assert.equal(readFileSync(join(root.upper as string, 'etc/made'), 'utf8'), 'new\n');
    assert.equal(lstatSync(join(root.upper as string, 'etc/kept')).isCharacterDevice(), true);
    assert.deepEqual(readdirSync(root.upper as string).sort(), ['etc', 'usr']);
  });

  it('shows a command what the one before it has changed', async () => {
    await sh('echo one > /etc/state');
    assert.deepEqual((await sh('cat /etc/state')).tail, ['one']);
  });

  it('copies a renamed directory and leaves no redirect behind', async () => {
    mkdirSync(join(root.lower, 'usr/share/old'));
    writeFileSync(join(root.lower, 'usr/share/old/file'), 'x');
    assert.equal((await sh('mv /usr/share/old /usr/share/new')).code, 0);
    assert.equal(readFileSync(join(root.upper as string, 'usr/share/new/file'), 'utf8'), 'x');
  });

  it('mounts nothing that the host can see', async () => {
    // What others on the machine mount meanwhile is theirs.
    const mounts = () => {
      const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
      return lines.filter((line) => line.includes(ctx.directory) || line.includes(' overlay '));
    };
    const beforehand = mounts();
    const running = sh('echo up; sleep 0.2');
    while (ctx.messages.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(mounts(), beforehand);
    await running;
    assert.deepEqual(mounts(), beforehand);
  });

  it('says each line with the label and keeps the last fifty', async () => {
    const result = await sh('seq 1 60; echo problem >&2; exit 3');
    assert.equal(result.code, 3);
    assert.equal(result.tail.length, 50);
    assert.ok(result.tail.includes('problem'));
    assert.ok(ctx.messages.includes('demo.post: 1'));
    assert.ok(ctx.messages.includes('demo.post: problem'));
  });

  it('says what image tools print as details only', async () => {
    await sh('echo much', { profile: 'tool' });
    assert.deepEqual([ctx.messages, ctx.details], [[], ['demo.post: much']]);
  });

  it('gives input, environment and directory', async () => {
    const result = await sh('cat; echo $GREETING $SYSTEMD_OFFLINE $PATH; env | grep -c .; cd -P . && echo $PWD', {
      stdin: Buffer.from('line in\n'),
      env: { GREETING: 'hello' },
      cwd: '/usr',
    });
    assert.deepEqual(result.tail.slice(0, 2), ['line in', 'hello 1 /usr/sbin:/usr/bin']);
    assert.equal(result.tail.at(-1), '/usr');
  });

  it('has no network but the loopback', async () => {
    const { tail } = await sh("ls /sys/class/net 2>/dev/null; ip -o link | grep -v ' lo:' ; echo end");
    assert.deepEqual(tail.slice(-1), ['end']);
    const { tail: links } = await sh('ip -o link');
    assert.equal(links.length, 1);
    assert.match(links[0] as string, /lo:/);
  });

  it('leaves exactly the listed capabilities', async () => {
    const { tail } = await sh('grep CapEff /proc/self/status');
    const mask = BigInt(`0x${(tail[0] as string).split(/\s+/)[1]}`);
    // Numbers of linux/capability.h.
    const numbers: { [name: string]: number } = {
      cap_chown: 0,
      cap_dac_override: 1,
      cap_fowner: 3,
      cap_fsetid: 4,
      cap_kill: 5,
      cap_setgid: 6,
      cap_setuid: 7,
      cap_setpcap: 8,
      cap_sys_chroot: 18,
      cap_setfcap: 31,
    };
    const expected = SCRIPT_CAPABILITIES.reduce((sum, name) => sum | (1n << BigInt(numbers[name] as number)), 0n);
    assert.equal(mask.toString(16), expected.toString(16));
  });

  it('has its own processes, host name and no way to the host', async () => {
    const secret = join(ctx.directory, 'host-secret');
    writeFileSync(secret, 'secret');
    const { tail } = await sh(`echo $$; cat ${secret} /proc/1/root${secret}; ls /proc/self/fd; ls / `);
    assert.ok(Number(tail[0]) < 5);
    assert.ok(!tail.includes('secret'));
    assert.ok(
      !tail.some((line) => Number(line) > 3 && Number(line) < 10 && line !== tail[0]),
      'descriptors of the host are open',
    );
    assert.ok(!tail.includes('home'));
  });

  it('keeps /var read-only, with room for temporary files and script state', async () => {
    writeFileSync(join(root.lower, 'var/lib/data'), 'packaged\n');
    const script =
      'cat /var/lib/data; touch /var/x; touch /var/lib/x; touch /var/tmp/x && touch /var/lib/rpm-state/noted && echo fine';
    const { tail } = await sh(script);
    assert.equal(tail[0], 'packaged');
    assert.equal(tail.at(-1), 'fine');
    assert.equal(tail.filter((line) => line.includes('Read-only')).length, 2);
    assert.deepEqual((await sh('ls /var/tmp /var/lib/rpm-state')).tail, [
      '/var/lib/rpm-state:',
      'noted',
      '',
      '/var/tmp:',
    ]);
    assert.equal(existsSync(join(root.upper as string, 'var')), false);
  });

  for (const [what, prepare] of [
    ['has all places', (lower: string) => mkdirSync(join(lower, 'var/lib/rpm-state'), { recursive: true })],
    ['is absent', (lower: string) => rmSync(join(lower, 'var'), { recursive: true })],
    [
      'is a link',
      (lower: string) => {
        rmSync(join(lower, 'var'), { recursive: true });
        symlinkSync('/etc', join(lower, 'var'));
      },
    ],
  ] as const) {
    it(`gives scripts the same /var where the root's ${what}`, async () => {
      prepare(root.lower);
      if (what === 'has all places') mkdirSync(join(root.lower, 'var/tmp'));
      const { tail } = await sh('touch /var/tmp/x /var/lib/rpm-state/x && echo fine; touch /var/x');
      assert.equal(tail[0], 'fine');
      assert.match(tail[1] as string, /Read-only/);
      assert.deepEqual(readdirSync(root.upper as string), []);
    });
  }

  it('shows /opt where images have it', async () => {
    mkdirSync(join(root.lower, 'usr/lib/opt/vendor'), { recursive: true });
    assert.deepEqual((await sh('ls /opt')).tail, ['vendor']);
    // What is below /var/opt is the machine's.
    symlinkSync('var/opt', join(root.lower, 'opt'));
    assert.deepEqual((await sh('ls /opt')).tail, ['vendor']);
    rmSync(join(root.lower, 'opt'));
    mkdirSync(join(root.lower, 'opt/own'), { recursive: true });
    assert.deepEqual((await sh('ls /opt')).tail, ['own']);
  });

  it('lets `all` write to /var', async () => {
    assert.equal((await sh('touch /var/lib/x', { writable: 'all' })).code, 0);
    assert.ok(existsSync(join(root.upper as string, 'var/lib/x')));
  });

  it('hides the package database from scripts and shows it to tools', async () => {
    assert.deepEqual((await sh('ls /usr/share/rpm; touch /usr/share/rpm/x 2>/dev/null || echo no')).tail, ['no']);
    assert.deepEqual((await sh('ls /usr/share/rpm', { profile: 'tool' })).tail, ['rpmdb.sqlite']);
  });

  it('has a session of its own, without the terminal', async () => {
    const { tail } = await sh('cat /proc/self/stat');
    // Fields of proc_pid_stat(5): 6 is the session, 0 where its leader is outside; 7 the terminal.
    const fields = (tail[0] as string).replace(/^.*\) /, '').split(' ');
    assert.notEqual(fields[6 - 3], '0');
    assert.equal(fields[7 - 3], '0');
  });

  it("does not take over the user's umask", async () => {
    const before = process.umask(0o077);
    try {
      assert.deepEqual((await sh('touch /etc/made; stat -c %a /etc/made')).tail, ['644']);
    } finally {
      process.umask(before);
    }
  });

  it('says that it is an ostree system', async () => {
    assert.equal((await sh('test -f /run/ostree-booted && test ! -s /run/ostree-booted')).code, 0);
  });

  it('binds host paths', async () => {
    const [inside, out] = [join(ctx.directory, 'in'), join(ctx.directory, 'out')];
    mkdirSync(out);
    writeFileSync(inside, 'given\n');
    const { tail } = await sh('cat /run/in; echo > /run/in; echo made > /run/out/file', {
      binds: [
        { source: inside, target: '/run/in', writable: false },
        { source: out, target: '/run/out', writable: true },
      ],
    });
    assert.equal(tail[0], 'given');
    assert.equal(readFileSync(inside, 'utf8'), 'given\n');
    assert.equal(readFileSync(join(out, 'file'), 'utf8'), 'made\n');
  });

  it('wraps systemctl and useradd', async () => {
    const fake = '#!/bin/sh\necho real "$0" "$@"\n';
    writeFileSync(join(root.lower, 'usr/bin/systemctl'), fake, { mode: 0o755 });
    writeFileSync(join(root.lower, 'usr/sbin/useradd'), fake, { mode: 0o755 });
    const script =
      'systemctl daemon-reload; systemctl --no-reload preset a.service; systemctl start x; useradd -r -m -d /var/x "a b"';
    assert.deepEqual((await sh(script, { wrappers: true })).tail, [
      'systemctl: ignored in an image: daemon-reload',
      'real /run/ostrata/real/systemctl --no-reload preset a.service',
      'systemctl: ignored in an image: start x',
      'useradd: -m is ignored in an image; directories in /var are made by tmpfiles.d',
      'real /run/ostrata/real/useradd -M -r -d /var/x a b',
    ]);
    assert.equal((await sh('systemctl start x')).tail[0], 'real /usr/bin/systemctl start x');
  });

  it('names the signal that ended a command, and a program that is not there', async () => {
    const killed = await sh('kill -9 $$');
    assert.deepEqual([killed.code, killed.signal], [137, 'SIGKILL']);
    const absent = await sh('', { argv: ['/usr/bin/absent'] });
    assert.equal(absent.code, 127);
    assert.match(absent.tail[0] as string, /absent/);
  });

  it('ends everything when time is up', async () => {
    const marker = `ostrata-${process.pid}-timeout`;
    const result = await sh(`setsid sh -c 'sleep 100; : ${marker}' & sleep 100; : ${marker}`, { timeoutSeconds: 0.3 });
    assert.deepEqual([result.code, result.signal], [124, 'SIGKILL']);
    assert.match(result.tail.at(-1) as string, /longer than 0\.3 s/);
    await gone(marker);
  });

  it('ends everything on abort', async () => {
    const marker = `ostrata-${process.pid}-abort`;
    const running = sh(`setsid sh -c 'sleep 100; : ${marker}' & echo up; sleep 100; : ${marker}`);
    while (ctx.messages.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    ctx.controller.abort(new Error('enough'));
    await assert.rejects(running, /enough/);
    await gone(marker);
  });

  it('ends everything when the process that runs it is killed', async () => {
    const marker = `ostrata-${process.pid}-killed`;
    const child = spawn(process.execPath, [join(import.meta.dirname, 'support/long-run.ts'), ctx.directory, marker]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    assert.notEqual(processesWith(marker), '');
    child.kill('SIGKILL');
    await gone(marker);
    assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(ctx.directory));
  });

  it('does not follow links of the root to the host', async () => {
    const outside = join(ctx.directory, 'outside');
    mkdirSync(join(outside, 'bin'), { recursive: true });
    writeFileSync(join(outside, 'bin/systemctl'), 'host file');
    symlinkSync(outside, join(root.lower, 'srv'));
    symlinkSync(outside, join(root.lower, 'usr/link'));
    assert.match((await sh('ls /srv/bin')).tail[0] as string, /No such file/);
    assert.equal((await sh('touch /usr/link/bin/x')).code, 1);
    assert.deepEqual(readdirSync(join(outside, 'bin')), ['systemctl']);
  });

  it('refuses commands that make no sense', async () => {
    for (const command of [
      { argv: [] },
      { cwd: 'usr' },
      { binds: [{ source: '/a/../b', target: '/x', writable: true }] },
    ]) {
      await assert.rejects(sh('true', command), (error) => isHostError(error) && error.code === 'SANDBOX_COMMAND');
    }
  });

  it('says that a bound path is missing', async () => {
    const binds = [{ source: join(ctx.directory, 'absent'), target: '/run/x', writable: false }];
    await assert.rejects(sh('true', { binds }), (error) => isHostError(error) && error.code === 'SANDBOX_SETUP');
  });

  it('says that a root cannot be mounted', async () => {
    root = { ...root, upper: '/proc/self' };
    await assert.rejects(sh('true'), (error) => isHostError(error) && error.code === 'SANDBOX_OVERLAY');
  });

  it('runs in a plain chroot where the configuration says so, and warns', async function () {
    if (process.getuid?.() !== 0) this.skip();
    sandbox = new BwrapSandbox(realExec, { isolation: 'none' }, ctx);
    const { tail } = await sh('echo $GREETING; echo $PWD; echo x > /etc/made', {
      cwd: '/usr',
      env: { GREETING: 'hi' },
    });
    assert.deepEqual(tail, ['hi', '/usr']);
    assert.deepEqual(ctx.warnings, ['SANDBOX_UNCONFINED']);
    assert.ok(existsSync(join(root.upper as string, 'etc/made')));
    assert.equal(existsSync(join(root.lower, 'etc/made')), false);
  });

  it('shows host paths in a plain chroot by copies that are gone afterwards, and never through a link', async function () {
    if (process.getuid?.() !== 0) this.skip();
    sandbox = new BwrapSandbox(realExec, { isolation: 'none' }, ctx);
    const source = join(ctx.directory, 'shown');
    mkdirSync(source);
    writeFileSync(join(source, 'text'), 'shown\n');
    for (const upper of [root.upper, null]) {
      const before = root;
      root = { ...root, upper, work: upper === null ? null : root.work };
      const binds = [{ source, target: '/run/ostrata/x', writable: true }];
      const { tail } = await sh('cat /run/ostrata/x/text; echo back > /run/ostrata/x/made', { binds });
      assert.deepEqual(tail, ['shown']);
      assert.equal(readFileSync(join(source, 'made'), 'utf8'), 'back\n');
      assert.equal(existsSync(join(root.upper ?? root.lower, 'run/ostrata')), false);
      rmSync(join(source, 'made'));
      root = before;
    }
    const outside = join(ctx.directory, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(root.lower, 'leads-out'));
    for (const target of ['/leads-out/x', '/usr']) {
      await assert.rejects(sh('true', { binds: [{ source, target, writable: false }] }), (error) => {
        return isHostError(error) && error.code === 'SANDBOX_SETUP';
      });
    }
    assert.deepEqual(readdirSync(outside), []);
  });

  it('works for a user who is not root (needs setpriv and unprivileged user namespaces)', function () {
    const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const script = join(import.meta.dirname, 'support/as-user.ts');
    const probe = spawnSync('setpriv', [...user, 'unshare', '--user', '--map-root-user', 'cat', script]);
    if (process.getuid?.() !== 0 || probe.status !== 0) this.skip();
    const home = join(ctx.directory, 'home');
    mkdirSync(home);
    for (const path of [home, ctx.directory]) chmodSync(path, 0o777);
    const child = spawnSync('setpriv', [...user, process.execPath, script, home], { encoding: 'utf8' });
    assert.equal(child.stdout, '["0","new","as it was","one","two"]', child.stderr);
  });

  it('works on a private copy without layers', async () => {
    root = { ...root, upper: null, work: null };
    assert.equal((await sh('echo in place > /etc/kept')).code, 0);
    assert.equal(readFileSync(join(root.lower, 'etc/kept'), 'utf8'), 'in place\n');
  });
});

function processesWith(marker: string): string {
  return execFileSync('ps', ['axww', '-o', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(marker) && !line.includes('long-run.ts'))
    .join('\n');
}

async function gone(marker: string): Promise<void> {
  const end = Date.now() + 5000;
  while (processesWith(marker) !== '') {
    assert.ok(Date.now() < end, `still there: ${processesWith(marker)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
