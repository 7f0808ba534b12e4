import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasOstree, isRoot, ostree, temporary } from '../support.ts';
import { Images, ours, snapshot } from './support.ts';

const MODE = { OSTREE_SYSROOT_DEBUG: 'mutable-deployments' };

/** Runs the real program on a sysroot. */
function theirs(sysroot: string, ...argv: string[]) {
  const env = { ...process.env, ...MODE, OSTREE_SYSROOT: sysroot, LC_ALL: 'C.UTF-8' };
  const { status, stdout, stderr } = spawnSync('ostree', argv, { env, encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

describe('sysroots beside the real ostree (needs ostree and root)', function () {
  this.timeout(60_000);
  const temp = temporary();

  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });

  /** Two empty sysroots and the images that both deploy. */
  function scene() {
    const images = new Images(temp.path);
    const roots = { real: temp.in('real'), own: temp.in('own') };
    for (const root of Object.values(roots)) mkdirSync(root);
    /** Does the same to both, which must say the same and look the same afterwards. */
    const both = async (...argv: string[]) => {
      const [real, own] = [theirs(roots.real, ...argv), await ours(roots.own, ...argv)];
      const text = argv.join(' ');
      assert.equal(own.status, real.status, `${text}: ${own.err || real.err}`);
      assert.equal(own.out, real.out, text);
      assert.deepEqual(snapshot(roots.own), snapshot(roots.real), text);
      return own;
    };
    const pull = (ref: string) => {
      for (const root of Object.values(roots))
        ostree(join(root, 'ostree/repo'), 'pull-local', '--remote=os', images.repo, ref);
    };
    /** Changes a file of both by hand. */
    const edit = (path: (root: string) => void) => Object.values(roots).forEach(path);
    return { images, roots, both, pull, edit };
  }

  async function installed() {
    const world = scene();
    const { images, both, pull, roots } = world;
    for (const [side, root] of Object.entries(roots)) {
      const { status, err } =
        side === 'real'
          ? theirs(root, 'admin', 'init-fs', '--modern', root)
          : await ours(root, 'admin', 'init-fs', '--modern', root);
      assert.equal(status, 0, err);
    }
    await both('admin', 'os-init', 'os');
    const first = images.commit('stable');
    pull('stable');
    await both('admin', 'deploy', '--os=os', '--karg=root=LABEL=x', '--karg=quiet', 'os:stable');
    return { ...world, first };
  }

  it('makes the same of a first deployment, and shows it alike', async () => {
    const { both } = await installed();
    await both('admin', 'status');
  });

  it('swaps links where the menu stays the same, and menus where it does not', async () => {
    const { both, images, pull } = await installed();
    await both('admin', 'deploy', '--os=os', 'os:stable');
    await both('admin', 'deploy', '--os=os', 'os:stable');
    images.commit('stable', { 'usr/bin/tool': 'new' }, '--add-metadata-string=version=2');
    pull('stable');
    await both('admin', 'deploy', '--os=os', 'os:stable');
    await both('admin', 'status');
    images.commit('stable', { 'usr/lib/modules/6.1.0/vmlinuz': 'another kernel' });
    pull('stable');
    await both('admin', 'deploy', '--os=os', '--karg-append=console=ttyS0', '--karg-append=console=tty0', 'os:stable');
    await both('admin', 'deploy', '--os=os', '--karg-delete=quiet', 'os:stable');
  });

  it('takes over what was changed in /etc', async () => {
    const { both, images, pull, edit, first, roots } = await installed();
    edit((root) => {
      const etc = join(root, `ostree/deploy/os/deploy/${first}.0/etc`);
      writeFileSync(join(etc, 'app/app.conf'), 'mine=1\n');
      writeFileSync(join(etc, 'new.conf'), 'new\n', { mode: 0o600 });
      mkdirSync(join(etc, 'own.d/deep'), { recursive: true });
      writeFileSync(join(etc, 'own.d/deep/file'), 'x');
      symlinkSync('/nowhere', join(etc, 'link'));
      rmSync(join(etc, 'gone.conf'));
    });
    images.commit('stable', { 'usr/etc/app/app.conf': 'default=2\n', 'usr/etc/app/other.conf': 'other=2\n' });
    pull('stable');
    const before = Object.values(roots).map((root) => snapshot(root));
    assert.deepEqual(before[0], before[1]);
    await both('admin', 'deploy', '--os=os', 'os:stable');
    await both('admin', 'status');
  });

  it('keeps, orders, pins and removes deployments', async () => {
    const { both, images, pull } = await installed();
    await both('admin', 'os-init', 'other');
    await both('admin', 'deploy', '--os=other', 'os:stable');
    await both('admin', 'deploy', '--os=os', '--retain', 'os:stable');
    images.commit('stable', { 'usr/bin/tool': 'new' });
    pull('stable');
    await both('admin', 'deploy', '--os=os', '--not-as-default', 'os:stable');
    await both('admin', 'pin', '1');
    await both('admin', 'pin', '1');
    await both('admin', 'deploy', '--os=os', '--retain-rollback', 'os:stable');
    await both('admin', 'status');
    await both('admin', 'undeploy', '0');
    await both('admin', 'pin', '-u', '1');
    await both('admin', 'cleanup');
    await both('admin', 'status');
  });

  it('changes kernel arguments in place', async () => {
    const { both } = await installed();
    await both('admin', 'kargs', 'edit-in-place', '--append-if-missing=rhgb', '--append-if-missing=quiet');
    await both('admin', 'instutil', 'set-kargs', '--merge', '--replace=root=LABEL=y', '--append=debug', 'extra');
    await both('admin', 'instutil', 'set-kargs', 'only=this');
  });

  it('goes on where the other stopped, and back', async () => {
    const { roots, images, pull } = await installed();
    for (const [turn, tool] of [theirs, ours, theirs, ours].entries()) {
      images.commit('stable', { 'usr/bin/tool': `version ${turn}`, 'usr/lib/modules/6.1.0/vmlinuz': `kernel ${turn}` });
      pull('stable');
      const { status, err } = await tool(roots.own, 'admin', 'deploy', '--os=os', 'os:stable');
      assert.equal(status, 0, err);
      assert.equal((await ours(roots.own, 'admin', 'status')).out, theirs(roots.own, 'admin', 'status').out);
      ostree(join(roots.own, 'ostree/repo'), 'fsck', '-q');
    }
  });
});
