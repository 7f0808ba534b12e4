import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { StoreError } from '../../../../plugins/store-ostree/src/errors.ts';
import { FileLock } from '../../../../plugins/store-ostree/src/repo/lock.ts';
import type { SysrootDeployment } from '../../../../plugins/store-ostree/src/sysroot/deployment.ts';
import { lockSysroot } from '../../../../plugins/store-ostree/src/sysroot/lock.ts';
import { checkStaged, readStagedState, writeStaged } from '../../../../plugins/store-ostree/src/sysroot/staged.ts';
import { Sysroot } from '../../../../plugins/store-ostree/src/sysroot/sysroot.ts';
import { hasOstree, isRoot, ostree, temporary } from '../support.ts';
import { Images, INITRAMFS, KERNEL, ours, snapshot } from './support.ts';

describe('bad sysroots and bad images (needs ostree and root)', function () {
  this.timeout(60_000);
  const temp = temporary();
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });

  async function installed() {
    const images = new Images(temp.path);
    const sysroot = temp.in('sysroot');
    mkdirSync(sysroot);
    const run = async (...argv: string[]) => {
      const { status, out, err } = await ours(sysroot, ...argv);
      assert.equal(status, 0, err);
      return out;
    };
    await run('admin', 'init-fs', '--modern', sysroot);
    await run('admin', 'os-init', 'os');
    const pull = () => ostree(join(sysroot, 'ostree/repo'), 'pull-local', '--remote=os', images.repo, 'stable');
    const first = images.commit('stable');
    pull();
    await run('admin', 'deploy', '--os=os', '--karg=quiet', 'os:stable');
    /** Must fail with these words, and leave all that boots as it was. */
    const refused = async (words: RegExp, ...argv: string[]) => {
      const before = snapshot(sysroot);
      const { status, err } = await ours(sysroot, ...argv);
      assert.equal(status, 1, argv.join(' '));
      assert.match(err, words);
      const after = snapshot(sysroot);
      const keep = (all: Record<string, string>) =>
        Object.entries(all).filter(([path]) => !/^boot\/loader\.\d|^ostree\/boot\.\d/.test(path));
      assert.deepEqual(keep(after), keep(before));
    };
    return { images, sysroot, run, pull, first, refused };
  }

  it('what keeps a staged deployment from being completed is told at the next start, once', async () => {
    const { sysroot } = await installed();
    const loader = join(sysroot, 'boot/loader');
    const entries = join(loader, 'entries');
    const stamp = join(sysroot, 'boot/ostree/finalize-failure.stamp');
    assert.deepEqual(await ours(sysroot, 'admin', 'boot-complete'), { status: 0, out: '', err: '' });
    // So that not even the deployments can be read.
    const entry = join(entries, readdirSync(entries)[0]!);
    const before = readFileSync(entry, 'utf8');
    writeFileSync(entry, before.replace(/ostree=\S+/, 'ostree=/nowhere'));
    const { status, err } = await ours(sysroot, 'admin', 'finalize-staged');
    assert.equal(status, 1);
    assert.ok(err.includes(readFileSync(stamp, 'utf8').trim()), err);
    writeFileSync(entry, before);
    const told = await ours(sysroot, 'admin', 'boot-complete');
    assert.equal(told.status, 1);
    assert.match(told.err, /ostree-finalize-staged\.service failed on previous boot: .*nowhere/);
    assert.equal((await ours(sysroot, 'admin', 'boot-complete')).status, 0);
    assert.ok(!existsSync(stamp));
  });

  it('an image without a kernel, or with two, is not deployed', async () => {
    const { images, pull, refused } = await installed();
    images.commit('stable', { [KERNEL]: null, [INITRAMFS]: null });
    pull();
    await refused(/Failed to find kernel/, 'admin', 'deploy', '--os=os', 'os:stable');
    images.commit('stable', { 'usr/lib/modules/6.2.0/vmlinuz': 'another' });
    pull();
    await refused(
      /Multiple kernels found in \/usr\/lib\/modules: 6.1.0, 6.2.0/,
      'admin',
      'deploy',
      '--os=os',
      'os:stable',
    );
  });

  it('a file that became a directory names what to do', async () => {
    const { images, pull, sysroot, first, refused } = await installed();
    writeFileSync(join(sysroot, `ostree/deploy/os/deploy/${first}.0/etc/passwd`), 'mine\n');
    images.commit('stable', { 'usr/etc/passwd': null, 'usr/etc/passwd/file': 'x' });
    pull();
    await refused(/newly defaults to directory 'passwd'/, 'admin', 'deploy', '--os=os', 'os:stable');
    assert.deepEqual(readdirSync(join(sysroot, 'ostree/deploy/os/deploy')).sort(), [`${first}.0`, `${first}.0.origin`]);
  });

  it('unknown stateroots, refs and indexes are said', async () => {
    const { refused } = await installed();
    await refused(/No such stateroot: other/, 'admin', 'deploy', '--os=other', 'os:stable');
    await refused(/not found|Refspec/, 'admin', 'deploy', '--os=os', 'os:nothing');
    await refused(/Out of range deployment index 7, expected < 1/, 'admin', 'undeploy', '7');
    await refused(/no --os= argument given/, 'admin', 'deploy', 'os:stable');
  });

  it('an origin that cannot be read names the file', async () => {
    const { sysroot, first, refused } = await installed();
    const path = join(sysroot, `ostree/deploy/os/deploy/${first}.0.origin`);
    writeFileSync(path, 'nonsense\n');
    await refused(new RegExp(`${first}\\.0\\.origin cannot be read: line 1`), 'admin', 'status');
  });

  it('links and entries that lead nowhere are told apart', async () => {
    const { sysroot, refused } = await installed();
    const loader = join(sysroot, 'boot/loader');
    rmSync(loader);
    symlinkSync('loader.7', loader);
    await refused(/Invalid target 'loader.7' in boot\/loader/, 'admin', 'status');
    rmSync(loader);
    mkdirSync(loader);
    await refused(/Not a symbolic link/, 'admin', 'status');
    rmSync(loader, { recursive: true });
    symlinkSync('loader.1', loader);
    rmSync(join(sysroot, 'ostree/boot.1'));
    await refused(/which is not there/, 'admin', 'status');
  });

  it('a place that is no sysroot is said to be none', async () => {
    const { status, err } = await ours(temp.in('nothing'), 'admin', 'status');
    assert.equal(status, 1);
    assert.match(err, /There is no ostree system below/);
  });

  it('half a deployment of a run that was cut off goes with the next one', async () => {
    const { sysroot, run, first } = await installed();
    const half = join(sysroot, 'ostree/deploy/os/deploy', `${'c'.repeat(64)}.0`);
    mkdirSync(join(half, 'usr'), { recursive: true });
    writeFileSync(`${half}.origin`, '[origin]\n');
    await run('admin', 'cleanup');
    assert.ok(!existsSync(half) && !existsSync(`${half}.origin`));
    assert.ok(existsSync(join(sysroot, `ostree/deploy/os/deploy/${first}.0`)));
  });

  it('a sysroot that another program has locked is waited for, and not for ever', async () => {
    const { sysroot } = await installed();
    const held = FileLock.try(join(sysroot, 'ostree/lock'), 'exclusive')!;
    const waits: (number | undefined)[] = [];
    const waiting = lockSysroot(sysroot, { seconds: 0.3, onWait: (holder) => waits.push(holder?.pid) });
    await assert.rejects(waiting, (error: StoreError) => {
      assert.equal(error.code, 'SYSROOT_LOCKED');
      assert.match(
        error.message,
        new RegExp(`^The process ${process.pid} \\(.*node.*\\) is changing the system: it holds `),
      );
      assert.equal(error.data['path'], join(sysroot, 'ostree/lock'));
      assert.equal(error.data['pid'], process.pid);
      return true;
    });
    assert.deepEqual(waits, [process.pid]);
    held.release();
    (await lockSysroot(sysroot)).release();
  });

  it('another process that holds the lock is named', async () => {
    const { sysroot } = await installed();
    const path = join(sysroot, 'ostree/lock');
    const hold = `import { FileLock } from ${JSON.stringify(join(import.meta.dirname, '../../../../plugins/store-ostree/src/repo/lock.ts'))};
      FileLock.try(${JSON.stringify(path)}, 'exclusive'); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', hold], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(child.stdout, 'data');
      await assert.rejects(lockSysroot(sysroot, { seconds: 0 }), {
        code: 'SYSROOT_LOCKED',
        message: new RegExp(
          `^The process ${child.pid} \\(.*input-type=module.*\\) is changing the system: it holds ${path}\\.$`,
          's',
        ),
      });
    } finally {
      child.kill();
    }
    await once(child, 'exit');
  });

  it('half a deployment names the directory, and what may be done about it', async () => {
    const { images, sysroot, run, pull, first, refused } = await installed();
    const root = join(sysroot, `ostree/deploy/os/deploy/${first}.0`);
    images.commit('stable', { 'usr/bin/tool': 'new' });
    pull();
    renameSync(join(root, 'usr/etc'), join(root, 'usr/etc.away'));
    await refused(
      /\/usr\/etc is not there: what was changed in \/etc cannot be taken over/,
      'admin',
      'deploy',
      '--os=os',
      'os:stable',
    );
    renameSync(join(root, 'usr/etc.away'), join(root, 'usr/etc'));
    renameSync(join(root, 'etc'), join(root, 'etc.away'));
    await refused(/\.0\/etc is not there/, 'admin', 'deploy', '--os=os', 'os:stable');
    renameSync(root, `${root.slice(0, -2)}.9`);
    mkdirSync(temp.in('away'));
    renameSync(`${root.slice(0, -2)}.9`, temp.in('away/root'));
    await refused(
      new RegExp(`deployment .*${first}\\.0 is named by a boot entry and is not there`),
      'admin',
      'deploy',
      '--os=os',
      'os:stable',
    );
    const out = await run('admin', 'deploy', '--os=os', '--no-merge', 'os:stable');
    assert.match(out, /Bootloader updated/);
  });

  it('a deployment without an origin is shown, and cannot be upgraded', async () => {
    const { sysroot, run, first, refused } = await installed();
    const path = join(sysroot, `ostree/deploy/os/deploy/${first}.0.origin`);
    rmSync(path);
    assert.match(await run('admin', 'status'), new RegExp(`os ${first}\\.0`));
    await refused(/No origin known for deployment/, 'admin', 'upgrade', '--os=os');
    mkdirSync(path);
    await refused(new RegExp(`The origin file ${path} cannot be read: EISDIR`), 'admin', 'status');
  });

  it('a boot loader that nobody knows is named before anything is written', async () => {
    const { images, sysroot, pull, refused } = await installed();
    images.commit('stable', { 'usr/bin/tool': 'new' });
    pull();
    const config = join(sysroot, 'ostree/repo/config');
    writeFileSync(config, `${readFileSync(config, 'utf8')}\n[sysroot]\nbootloader=lilo\n`);
    await refused(/Invalid bootloader configuration: 'lilo'/, 'admin', 'deploy', '--os=os', 'os:stable');
  });

  for (const name of ['boot', 'ostree']) {
    it(`a read-only /${name} is said before anything is written (needs mounts)`, async function () {
      const { images, sysroot, pull, refused } = await installed();
      images.commit('stable', { 'usr/bin/tool': 'new' });
      pull();
      const path = join(sysroot, name);
      if (spawnSync('mount', ['--bind', path, path]).status !== 0) this.skip();
      try {
        execFileSync('mount', ['-o', 'remount,bind,ro', path]);
        await refused(
          name === 'boot'
            ? /boot is on a file system that is mounted read-only/
            : /ostree\/lock.*: Read-only file system/,
          'admin',
          'deploy',
          '--os=os',
          'os:stable',
        );
      } finally {
        execFileSync('umount', [path]);
      }
    });
  }

  it('a staged deployment that was tampered with is not completed', async () => {
    const { sysroot, first } = await installed();
    const state = { run: temp.in('run'), root: '/' };
    mkdirSync(join(state.run, 'ostree'), { recursive: true });
    const path = join(state.run, 'ostree/staged-deployment');
    const [found] = Sysroot.load(sysroot).deployments;
    const deployment = { ...found!, staged: true };
    const stage = (changes: Partial<SysrootDeployment>) =>
      writeStaged(state, { deployment: { ...deployment, ...changes }, merge: null, locked: false });
    const refused = (words: RegExp) =>
      assert.throws(
        () => readStagedState(sysroot, state),
        (error: StoreError) => {
          assert.equal(error.code, 'SYSROOT_STAGED');
          assert.ok(error.message.includes(path));
          assert.match(error.message, words);
          return true;
        },
      );
    stage({});
    assert.equal(readStagedState(sysroot, state)?.deployment.commit, first);
    stage({ stateroot: '../../etc' });
    refused(/is no stateroot/);
    stage({ commit: '../../../tmp' });
    refused(/expected CHECKSUM\.TREESERIAL/);
    stage({ bootChecksum: '../../../../etc/cron.d' });
    refused(/bootcsum is .*no sha256/);
    stage({ overlayInitrds: ['../../../etc/shadow'] });
    refused(/overlay-initrds is .*no sha256/);
    writeFileSync(path, readFileSync(path).subarray(3));
    refused(/cannot be read/);
    writeFileSync(path, randomBytes(100));
    refused(/cannot be read/);
    const root = join(sysroot, `ostree/deploy/os/deploy/${first}.0`);
    checkStaged(root, found!, {});
    assert.throws(() => checkStaged(root, { bootChecksum: 'a'.repeat(64) }, {}), {
      code: 'SYSROOT_STAGED',
      message: /another kernel than was staged/,
    });
    assert.throws(() => checkStaged(`${root}1`, found!, {}), { code: 'SYSROOT_STAGED', message: /is not there/ });
  });
});
