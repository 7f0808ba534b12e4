import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileLock } from '../../plugins/store-ostree/src/repo/lock.ts';
import { setImmutable } from '../../plugins/store-ostree/src/sysroot/immutable.ts';
import { BRANCH, Scene } from '../plugins/client/support.ts';
import { INITRAMFS, KERNEL, snapshot } from '../plugins/store-ostree/sysroot/support.ts';
import type { CliResult } from '../support/cli.ts';
import { canRunSystems, RunningSystem } from '../support/running-system.ts';
import { missing, tool } from '../support/tools.ts';

const UPGRADE = ['upgrade'] as const;

describe('verbs of a system and bad systems (needs ostree and root)', function () {
  this.timeout(120_000);
  let scene: Scene;
  let mounts: string[];
  before(function () {
    const lacking = missing('ostree', 'root');
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
  });
  beforeEach(() => {
    mounts = [];
    scene = new Scene();
    scene.publish(2);
  });
  afterEach(() => {
    for (const path of mounts.reverse()) tool(['umount', path]);
    scene?.[Symbol.dispose]();
  });

  const deployment = () => join(scene.sysroot, `ostree/deploy/os/deploy/${scene.versions[0]}.0`);
  const mount = (path: string, ...argv: string[]) => {
    tool(['mount', ...argv, path]);
    mounts.push(path);
  };
  /** Shows a copy of a directory, on a small file system of its own, in its place. */
  const onSmallDisk = (path: string, size: string) => {
    const copy = join(scene.directory, 'copy');
    tool(['cp', '-a', path, copy]);
    mount(path, '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs');
    tool(['cp', '-a', `${copy}/.`, path]);
  };
  /** An image that is newer than all others, as the newest of the branch. */
  const publish = (changes: Record<string, string | null>) =>
    scene.images.commit(BRANCH, changes, '--add-metadata-string=version=9');

  interface Refusal {
    readonly code: string;
    readonly message: RegExp;
    readonly hint: RegExp;
  }
  /** Everything that boots and what is deployed: without objects, and without the half of the boot links that is not in use. */
  const state = () => {
    const unused = readlinkSync(join(scene.sysroot, 'boot/loader')).endsWith('1') ? '0' : '1';
    const half = new RegExp(`^(?:boot/loader|ostree/boot)\\.${unused}`);
    return Object.fromEntries(Object.entries(snapshot(scene.sysroot)).filter(([path]) => !half.test(path)));
  };
  function isRefusal({ code, stdout, stderr }: CliResult, refusal: Refusal): void {
    assert.equal(code, 1, `${stdout}${stderr}`);
    const [, message, found] = /^error: (.*?) \[([A-Z_]+)\]$/ms.exec(stderr) ?? [];
    assert.equal(found, refusal.code, stderr);
    assert.match(message!, refusal.message);
    assert.match(/^hint: +(.*)$/ms.exec(stderr)?.[1] ?? '', refusal.hint, stderr);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
  }
  /** The verb must end so, change nothing, and do its work once the cause is gone. */
  function refused(refusal: Refusal, argv: readonly [string, ...string[]] = UPGRADE): void {
    const before = state();
    isRefusal(scene.ours(...argv), refusal);
    assert.deepEqual(state(), before);
  }
  const works = (...argv: [string, ...string[]]) => {
    const { code, stderr } = scene.ours(...argv);
    assert.equal(code, 0, stderr);
  };

  it('an origin that cannot be read', () => {
    const path = `${deployment()}.origin`;
    const text = readFileSync(path);
    writeFileSync(path, 'nonsense\n');
    for (const argv of [UPGRADE, ['kargs', '--append=debug'], ['rollback']] as const) {
      refused(
        { code: 'SYSROOT_ORIGIN', message: /\.0\.origin cannot be read: line 1/, hint: /refspec=REMOTE:REF/ },
        argv,
      );
    }
    writeFileSync(path, '[origin]\n');
    refused({ code: 'CLIENT_ORIGIN', message: /origin of os-[0-9a-f]+\.0 names nothing/, hint: /ostrata rebase/ });
    writeFileSync(path, text);
    works('upgrade');
    assert.deepEqual(scene.booting(), ['2', '1']);
  });

  it('half a deployment: without its directory, without /etc, without its defaults', () => {
    setImmutable(deployment(), false);
    for (const [name, refusal] of [
      ['etc', { code: 'SYSROOT_ETC', message: /\.0\/etc is not there/, hint: /--no-merge|undeploy/ }],
      ['usr/etc', { code: 'SYSROOT_ETC', message: /\.0\/usr\/etc is not there/, hint: /--no-merge|undeploy/ }],
    ] as const) {
      const path = join(deployment(), name);
      renameSync(path, `${path}.away`);
      refused(refusal);
      renameSync(`${path}.away`, path);
    }
    const away = join(scene.directory, 'away');
    renameSync(deployment(), away);
    refused({
      code: 'SYSROOT_INVALID',
      message: /\.0 is named by a boot entry and is not there/,
      hint: /undeploy INDEX/,
    });
    renameSync(away, deployment());
    works('upgrade');
  });

  it('a full /boot, of its own', () => {
    onSmallDisk(join(scene.sysroot, 'boot'), '3m');
    publish({ [KERNEL]: randomBytes(2 << 20).toString('hex') });
    refused({
      code: 'SYSROOT_SPACE',
      message: /boot has [\d.]+.[kM]B? free and needs [\d.]+.MB? for the kernels/,
      hint: /undeploy INDEX/,
    });
    scene.publish(2);
    works('upgrade');
  });

  it('a full root', () => {
    onSmallDisk(scene.sysroot, '4m');
    publish({ 'usr/bin/large': randomBytes(8 << 20).toString('hex') });
    const before = state();
    const { code, stderr } = scene.ours('upgrade');
    assert.equal(code, 1);
    assert.match(stderr, /\[(?:SYSROOT_SPACE|STORE_SPACE|[A-Z_]*SPACE)\]/);
    assert.match(stderr, /hint: .*\S/);
    assert.deepEqual(state(), before);
    scene.publish(2);
    works('upgrade');
  });

  it('an image without a kernel, or with two', () => {
    publish({ [KERNEL]: null, [INITRAMFS]: null });
    refused({ code: 'SYSROOT_KERNEL', message: /Failed to find kernel/, hint: /\S/ });
    publish({ 'usr/lib/modules/6.2.0/vmlinuz': 'another' });
    refused({ code: 'SYSROOT_KERNEL', message: /Multiple kernels found.*6\.1\.0, 6\.2\.0/, hint: /\S/ });
  });

  it('a boot loader that nobody knows, one that the configuration names, and a foreign menu', () => {
    const syslinux = join(scene.sysroot, 'boot/syslinux');
    renameSync(syslinux, `${syslinux}.away`);
    for (const argv of [UPGRADE, ['kargs', '--append=debug']] as const) {
      refused({ code: 'BOOTLOADER_NONE', message: /No boot loader recognises .*sysroot/, hint: /grub/ }, argv);
    }
    mkdirSync(join(scene.sysroot, 'boot/grub2'));
    writeFileSync(join(scene.sysroot, 'boot/grub2/grub.cfg'), 'menuentry "another system" {\n}\n');
    refused({
      code: 'GRUB_CONFIG_FOREIGN',
      message: /boot\/grub2\/grub\.cfg is made by somebody else/,
      hint: /\.\.\/loader\/grub\.cfg/,
    });
    rmSync(join(scene.sysroot, 'boot/grub2'), { recursive: true });
    renameSync(`${syslinux}.away`, syslinux);
    const config = join(scene.repo, 'config');
    const text = readFileSync(config, 'utf8');
    tool(['ostree', 'config', `--repo=${scene.repo}`, 'set', 'sysroot.bootloader', 'lilo']);
    refused({ code: 'CAPABILITY_MISSING', message: /provides bootloader:lilo\./, hint: /Enable a plugin/ });
    writeFileSync(config, text);
    works('upgrade');
  });

  for (const name of ['boot', 'ostree']) {
    it(`a read-only /${name}`, () => {
      const path = join(scene.sysroot, name);
      mount(path, '--bind', path);
      tool(['mount', '-o', 'remount,bind,ro', path]);
      for (const argv of [UPGRADE, ['kargs', '--append=debug'], ['pin', '0']] as const) {
        if (name === 'boot' && argv[0] === 'pin') continue;
        refused(
          {
            code: 'SYSROOT_READ_ONLY',
            message: new RegExp(`sysroot/${name}.* is on a file system that is mounted read-only`),
            hint: /remount,rw/,
          },
          argv,
        );
      }
      tool(['mount', '-o', 'remount,bind,rw', path]);
      works('upgrade');
    });
  }

  it('a system that another program changes: it is named, and waiting can be given up', async () => {
    const before = state();
    const lock = FileLock.try(join(scene.sysroot, 'ostree/lock'), 'exclusive')!;
    const child = scene.start('upgrade');
    let said = '';
    let sent = false;
    child.stderr!.on('data', (chunk: Buffer) => {
      said += chunk;
      if (sent || !said.includes('Waiting for')) return;
      sent = true;
      child.kill('SIGINT');
    });
    const [code] = (await once(child, 'close')) as [number];
    assert.match(said, new RegExp(`Waiting for the process ${process.pid} \\(.*node.*\\), which changes .*sysroot`));
    assert.equal(code, 130, said);
    assert.deepEqual(state(), before);
    lock.release();
    works('upgrade');
  });

  it('a downgrade', () => {
    scene.publish(3);
    works('upgrade');
    scene.publish(1);
    refused({ code: 'OSTREE_PULL_TIMESTAMP', message: /chronologically older/, hint: /--allow-downgrade/ });
    refused({ code: 'OSTREE_PULL_TIMESTAMP', message: /chronologically older/, hint: /--allow-downgrade/ }, [
      'deploy',
      '--disallow-downgrade',
      'version=1',
    ]);
    works('upgrade', '--allow-downgrade');
    assert.equal(scene.booting()[0], '1');
  });

  describe('a staged deployment that was tampered with (needs bwrap)', () => {
    let system: RunningSystem;
    before(function () {
      if (!canRunSystems()) this.skip();
    });
    beforeEach(() => {
      system = new RunningSystem(scene, `${scene.versions[0]}.0`);
      assert.equal(system.ours(['upgrade']).code, 0);
    });
    const staged = () => join(system.run, 'ostree/staged-deployment');
    const finalize = () => system.ostree(['admin', 'finalize-staged']);
    const refusedHere = (refusal: Refusal, ...verbs: (readonly string[])[]) => {
      const before = [state(), readFileSync(staged())];
      for (const argv of verbs) isRefusal(system.ours(argv), refusal);
      assert.deepEqual([state(), readFileSync(staged())], before);
    };

    it('the file: verbs name it, and shutdown leaves what runs', () => {
      const bytes = readFileSync(staged());
      const before = scene.booting();
      for (const broken of [bytes.subarray(3), randomBytes(100)]) {
        writeFileSync(staged(), broken);
        refusedHere(
          { code: 'SYSROOT_STAGED', message: /staged-deployment cannot be read/, hint: /Remove the file/ },
          ['upgrade'],
          ['status'],
        );
        const shutdown = finalize();
        assert.equal(shutdown.code, 1);
        assert.match(shutdown.stderr, /staged-deployment cannot be read/);
        assert.deepEqual(scene.booting(), before);
      }
      rmSync(staged());
      assert.equal(system.ours(['upgrade']).code, 0);
    });

    it('the tree: another kernel than was staged is not booted, and the next start says so', () => {
      const root = join(scene.sysroot, `ostree/deploy/os/deploy/${scene.versions[1]}.0`);
      const before = scene.booting();
      // A file of the tree is a link to an object: it is replaced.
      const path = join(root, KERNEL);
      rmSync(path);
      writeFileSync(path, 'another kernel');
      const shutdown = finalize();
      assert.equal(shutdown.code, 1);
      assert.match(shutdown.stderr, /has another kernel than was staged/);
      assert.deepEqual(scene.booting(), before);
      const complete = system.ostree(['admin', 'boot-complete']);
      assert.equal(complete.code, 1);
      assert.match(complete.stderr, /failed on previous boot: .*another kernel/);
      rmSync(root, { recursive: true, force: true });
      assert.ok(!existsSync(root));
      assert.match(finalize().stderr, /is not there/);
      assert.deepEqual(scene.booting(), before);
    });
  });
});
