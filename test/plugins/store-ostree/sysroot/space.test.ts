import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BootMenu } from '@ostrata/contract';
import { deployTree } from '../../../../plugins/store-ostree/src/sysroot/deploy-tree.ts';
import { orderWith } from '../../../../plugins/store-ostree/src/sysroot/order.ts';
import { Sysroot } from '../../../../plugins/store-ostree/src/sysroot/sysroot.ts';
import { prepareSwap } from '../../../../plugins/store-ostree/src/sysroot/write-deployments.ts';
import { kernelDirectory } from '../../../../plugins/store-ostree/src/sysroot/write-entries.ts';
import { hasOstree, isRoot, ostree, run, temporary } from '../support.ts';
import { Images, INITRAMFS, KERNEL, ours, snapshot } from './support.ts';

const MIB = 1 << 20;

/** Whether file systems of our own can be mounted here. */
function hasLoops(): boolean {
  return isRoot && existsSync('/dev/loop-control') && spawnSync('mkfs.ext4', ['-V']).status === 0;
}

describe('room on file systems (needs ostree, root and loop devices)', function () {
  this.timeout(120_000);
  let mounted: string[] = [];
  before(function () {
    if (!hasOstree || !hasLoops()) this.skip();
  });
  afterEach(() => {
    for (const path of mounted.reverse()) spawnSync('umount', [path]);
    mounted = [];
  });
  // After the hook above: what is mounted cannot be removed.
  const temp = temporary();

  function mount(path: string, size: number, ...options: string[]): void {
    const image = `${temp.in(path.replaceAll('/', '_'))}.img`;
    writeFileSync(image, '');
    truncateSync(image, size);
    run('mkfs.ext4', '-q', '-m', '0', '-O', '^has_journal', ...options, image);
    mkdirSync(temp.in(path), { recursive: true });
    run('mount', '-o', 'loop', image, temp.in(path));
    mounted.push(temp.in(path));
  }

  async function installed() {
    const images = new Images(temp.path);
    const sysroot = temp.in('sysroot');
    const run = async (...argv: string[]) => {
      const { status, out, err } = await ours(sysroot, ...argv);
      assert.equal(status, 0, err);
      return out;
    };
    mkdirSync(sysroot, { recursive: true });
    await run('admin', 'init-fs', '--modern', sysroot);
    await run('admin', 'os-init', 'os');
    const image = (kernel: string, bytes: number, changes: Record<string, string> = {}) => {
      const commit = images.commit('stable', { [KERNEL]: kernel.repeat(bytes), [INITRAMFS]: 'i', ...changes });
      ostree(join(sysroot, 'ostree/repo'), 'pull-local', '--remote=os', images.repo, 'stable');
      return commit;
    };
    const deploy = () => run('admin', 'deploy', '--os=os', 'os:stable');
    const refused = async (words: RegExp) => {
      const before = snapshot(sysroot);
      const { status, err } = await ours(sysroot, 'admin', 'deploy', '--os=os', 'os:stable');
      assert.equal(status, 1);
      assert.match(err, words);
      const after = snapshot(sysroot);
      const kept = (all: Record<string, string>) => Object.keys(all).filter((path) => !/^boot\/lost\+found/.test(path));
      assert.deepEqual(kept(after), kept(before));
    };
    const kernels = () => readdirSync(join(sysroot, 'boot/ostree'));
    return { sysroot, image, deploy, refused, kernels, run };
  }

  it('kernels that go make room for new ones where /boot is small', async () => {
    mount('sysroot/boot', 12 * MIB);
    const { sysroot, image, deploy, kernels, run } = await installed();
    image('a', 4 * MIB);
    await deploy();
    const second = image('b', 4 * MIB);
    await deploy();
    assert.equal(kernels().length, 2);
    const free = statfsSync(join(sysroot, 'boot'));
    assert.ok(free.bfree * free.bsize < 5 * MIB, 'the third one does not fit beside them');
    const third = image('c', 4 * MIB);
    await deploy();
    const status = await run('admin', 'status');
    assert.match(status, new RegExp(`^  os ${third}\\.0(?: \\(pending\\))?\n[^]*\n  os ${second}\\.0`));
    assert.equal(kernels().length, 2);
  });

  it('a run that fails after kernels have made room leaves what stays bootable, and the next one completes', async () => {
    mount('sysroot/boot', 12 * MIB);
    const { sysroot, image, deploy, kernels, run } = await installed();
    image('a', 4 * MIB);
    await deploy();
    const second = image('b', 4 * MIB);
    await deploy();
    const commit = image('c', 4 * MIB);
    const before = Sysroot.load(sysroot);
    const merge = before.mergeDeployment('os');
    const added = deployTree(before, { stateroot: 'os', commit, origin: null, merge, kargs: null, mutable: true });
    const write = async (menu: BootMenu) => {
      if (menu.entries.length > 1) throw new Error('cut');
    };
    const writer = async () => ({
      write,
      activates: async () => false,
      activate: async () => false,
      isCurrent: async () => true,
    });
    await assert.rejects(prepareSwap(before, orderWith(before, added, merge, {}), { writer }), { message: 'cut' });
    const [only, ...others] = Sysroot.load(sysroot).deployments;
    assert.deepEqual([only?.commit, others.length], [second, 0]);
    assert.ok(existsSync(join(sysroot, 'boot', kernelDirectory(only!))));
    await run('admin', 'cleanup');
    assert.equal(kernels().length, 1);
    await deploy();
    assert.deepEqual(
      Sysroot.load(sysroot).deployments.map((one) => one.commit),
      [commit, second],
    );
  });

  it('a kernel that cannot fit is refused with numbers, and nothing is changed', async () => {
    mount('sysroot/boot', 12 * MIB);
    const { image, deploy, refused } = await installed();
    image('a', 4 * MIB);
    await deploy();
    image('b', 8 * MIB);
    await refused(
      /boot has \d.* free and needs 9\.\d.MB for the kernels of the new deployments; nothing there may go\./,
    );
  });

  it('a pinned deployment keeps its kernel, and the refusal says what may be done', async () => {
    mount('sysroot/boot', 12 * MIB);
    const { image, deploy, refused, run } = await installed();
    image('a', 4 * MIB);
    await deploy();
    image('b', 4 * MIB);
    await deploy();
    await run('admin', 'pin', '1');
    image('c', 4 * MIB);
    await refused(/nothing there may go/);
    await run('admin', 'pin', '--unpin', '1');
    await deploy();
  });

  it('a full root is told before anything is written to it: bytes', async () => {
    mount('sysroot', 24 * MIB);
    const { sysroot, image, deploy, refused } = await installed();
    image('a', 4096);
    await deploy();
    image('b', 4096);
    const { bfree, bsize } = statfsSync(sysroot);
    writeFileSync(join(sysroot, 'filler'), Buffer.alloc(bfree * bsize - 512 * 1024));
    await refused(
      /The file system of .*ostree\/deploy has \d.* free and a deployment of [0-9a-f]{10} needs [\d.]+.MB there/,
    );
  });

  it('a full root is told before anything is written to it: inodes', async () => {
    mount('sysroot', 24 * MIB, '-N', '512');
    const { sysroot, image, deploy, refused } = await installed();
    image('a', 4096);
    await deploy();
    image('b', 4096);
    mkdirSync(join(sysroot, 'filler'));
    for (let left = statfsSync(sysroot).ffree - 20; left > 0; left--)
      writeFileSync(join(sysroot, `filler/${left}`), '');
    await refused(/has \d+ inodes free and a deployment of [0-9a-f]{10} needs \d+ inodes there/);
  });
});
