import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, ObjectStore, Root, Tree } from '@ostrata/core';
import { commitMeta, isRoot, newStore, temporary, testContext } from './support.ts';

/** Runs a shell script in a root as the sandbox does: over an overlay in a mount namespace of its own, or in the copy. */
function inRoot(root: Root, script: string): void {
  const namespace = isRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const options = isRoot ? 'redirect_dir=off,metacopy=off,index=off' : 'userxattr';
  const argv = root.upper
    ? [
        'unshare',
        ...namespace,
        'sh',
        '-ec',
        'mount -t overlay overlay -o "lowerdir=$1,upperdir=$2,workdir=$3,$4" "$2/../../merged-$5"; cd "$2/../../merged-$5"; shift 5; eval "$1"',
      ]
    : ['sh', '-ec', 'cd "$1"; eval "$2"'];
  const merged = root.upper ? join(root.upper, '..', '..', `merged-${process.pid}`) : '';
  if (root.upper) spawnSync('mkdir', ['-p', merged]);
  const parameters = root.upper
    ? ['x', root.lower, root.upper, root.work!, options, String(process.pid), script]
    : ['x', root.lower, script];
  const { status, stderr } = spawnSync(argv[0]!, [...argv.slice(1), ...parameters], { encoding: 'utf8' });
  if (root.upper) spawnSync('rmdir', [merged]);
  assert.equal(status, 0, stderr);
}

const overlays =
  spawnSync('unshare', [...(isRoot ? [] : ['--user', '--map-root-user']), '--mount', 'true']).status === 0;

function sample(tree: Tree): void {
  tree.mkdir('etc');
  tree.mkdir('usr/bin', { parents: true });
  tree.mkdir('usr/share/doc', { parents: true });
  tree.mkdir('var', { mode: 0o1777 });
  tree.writeFile('etc/passwd', 'root\n');
  tree.writeFile('etc/shadow', 'secret\n', { mode: 0o600, uid: 0, gid: 42 });
  tree.writeFile('usr/bin/su', 'binary', { mode: 0o4755 });
  tree.writeFile('usr/bin/tool', 'tool', {
    mode: 0o755,
    uid: 12,
    gid: 34,
    xattrs: [['user.note', Buffer.from('kept')]],
  });
  tree.symlink('usr/bin/link', 'tool');
  tree.writeFile('usr/share/doc/a', 'a');
  tree.writeFile('usr/share/doc/b', 'b');
}

const describeEntry = (tree: Tree, path: string) => {
  const entry = tree.lookup(path);
  assert.ok(entry, path);
  return `${entry.type} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid} ${entry.xattrs.map(([name]) => name)}`;
};

describe('OSTree roots', () => {
  let store: ObjectStore;
  let ctx: Context & { end(): Promise<void> };
  beforeEach(() => {
    ctx = testContext();
  });
  afterEach(async () => {
    await ctx.end();
    store?.close();
  });
  const tmp = temporary();

  describe('of a user who is not root', () => {
    afterEach(() => {
      if (isRoot) process.seteuid!(0);
    });

    it('take over files and directories that programs closed to their owner', async () => {
      // The rights of another user, for this test alone.
      chmodSync(tmp.path, 0o777);
      if (isRoot) process.seteuid!(65534);
      store = await newStore(tmp.in('repo'), 'bare-user', { rootStrategy: 'copy' });
      const tree = await store.openTree(null);
      sample(tree);
      const root = await tree.materialize(ctx);
      writeFileSync(join(root.lower, 'etc/gshadow'), 'root:*::\n');
      chmodSync(join(root.lower, 'etc/gshadow'), 0);
      mkdirSync(join(root.lower, 'etc/closed'));
      writeFileSync(join(root.lower, 'etc/closed/x'), 'x');
      chmodSync(join(root.lower, 'etc/closed'), 0);
      await tree.absorb(root, ctx);
      assert.equal(describeEntry(tree, 'etc/gshadow'), 'file 100000 0:0 ');
      assert.equal(Buffer.from(tree.readFile('etc/gshadow')).toString(), 'root:*::\n');
      assert.equal(describeEntry(tree, 'etc/closed'), 'directory 40000 0:0 ');
      assert.equal(Buffer.from(tree.readFile('etc/closed/x')).toString(), 'x');
      assert.deepEqual(await tree.absorb(root, ctx), []);
    });
  });

  const modes = isRoot ? ['bare', 'bare-user', 'archive'] : ['bare-user', 'archive'];
  for (const mode of modes) {
    for (const strategy of ['overlay', 'copy'] as const) {
      describe(`in mode ${mode} by ${strategy} (needs user namespaces)`, () => {
        let tree: Tree;
        beforeEach(async function () {
          if (!overlays) this.skip();
          store = await newStore(tmp.in('repo'), mode, { rootStrategy: strategy });
          tree = await store.openTree(null);
          sample(tree);
        });

        it('takes over new, changed, removed and replaced paths', async () => {
          const root = await tree.materialize(ctx);
          assert.equal(root.upper === null, strategy === 'copy');
          const before = describeEntry(tree, 'usr/bin/tool');
          inRoot(
            root,
            `echo new > etc/new; mkdir -m 750 etc/dir; echo x > etc/dir/x; echo more >> etc/passwd; rm usr/share/doc/a
             chmod 4711 usr/bin/su; ln -s b usr/share/doc/c; ln etc/new etc/hard; rm -r usr/share/doc; mkdir usr/share/doc
             echo again > usr/share/doc/b; rm -r var; echo file > var; rm usr/bin/link; mkdir usr/bin/link`,
          );
          const changed = await tree.absorb(root, ctx);
          assert.deepEqual(tree.list(''), ['etc', 'usr', 'var']);
          assert.deepEqual(tree.list('etc'), ['dir', 'hard', 'new', 'passwd', 'shadow']);
          assert.deepEqual(tree.list('usr/share/doc'), ['b']);
          assert.equal(Buffer.from(tree.readFile('etc/passwd')).toString(), 'root\nmore\n');
          assert.equal(Buffer.from(tree.readFile('usr/share/doc/b')).toString(), 'again\n');
          assert.equal(describeEntry(tree, 'etc/new'), 'file 100644 0:0 ');
          assert.equal(describeEntry(tree, 'etc/dir'), 'directory 40750 0:0 ');
          assert.equal(describeEntry(tree, 'var'), 'file 100644 0:0 ');
          assert.equal(describeEntry(tree, 'usr/bin/link'), 'directory 40755 0:0 ');
          assert.equal(tree.lookup('usr/bin/su')?.mode, 0o104711);
          assert.equal(describeEntry(tree, 'usr/bin/tool'), before);
          assert.deepEqual(
            changed.filter((path) => /tool|shadow|^usr$|^usr\/bin$/.test(path)),
            [],
          );
          for (const path of [
            'etc/new',
            'etc/hard',
            'etc/dir/x',
            'etc/passwd',
            'usr/bin/su',
            'usr/share/doc/a',
            'var',
          ]) {
            const replaced = path === 'usr/share/doc/a' && strategy === 'overlay';
            assert.ok(replaced || changed.includes(path), `${path} in ${changed}`);
          }
          const report = await store.check(ctx);
          assert.deepEqual(report.problems, []);
        });

        it('sees changes of metadata alone, and none where there are none', async () => {
          const id = tree.directoryId('');
          const root = await tree.materialize(ctx);
          inRoot(root, 'cat etc/passwd > /dev/null; touch usr/bin/tool');
          assert.deepEqual(await tree.absorb(root, ctx), []);
          assert.equal(tree.directoryId(''), id);
          inRoot(root, 'chmod 700 usr/share; chmod 640 etc/passwd');
          assert.deepEqual([...(await tree.absorb(root, ctx))].sort(), ['etc/passwd', 'usr/share']);
          assert.equal(describeEntry(tree, 'usr/share'), 'directory 40700 0:0 ');
          assert.equal(describeEntry(tree, 'etc/passwd'), 'file 100640 0:0 ');
          assert.equal(describeEntry(tree, 'etc/shadow'), 'file 100600 0:42 ');
        });

        it('shows what was changed in the tree since', async () => {
          const first = await tree.materialize(ctx);
          inRoot(first, 'echo one > etc/one');
          await tree.absorb(first, ctx);
          tree.remove('usr/share/doc/a');
          tree.writeFile('usr/share/doc/b', 'changed');
          tree.mkdir('opt');
          const second = await tree.materialize(ctx);
          inRoot(
            second,
            'test "$(cat etc/one)" = one; test ! -e usr/share/doc/a; grep -q changed usr/share/doc/b; test -d opt',
          );
          assert.equal(second.lower, first.lower);
          assert.deepEqual(await tree.absorb(second, ctx), []);
        });

        it('never writes through to the repository', async () => {
          const root = await tree.materialize(ctx);
          inRoot(root, 'for f in $(find . -type f); do echo damaged >> $f; chmod 777 $f; done');
          await tree.absorb(root, ctx);
          const commit = await store.commit(tree, commitMeta());
          assert.deepEqual((await store.check(ctx)).problems, []);
          assert.equal(
            Buffer.from((await store.openTree(commit)).readFile('usr/bin/su')).toString(),
            'binarydamaged\n',
          );
        });

        it('removes its directories', async () => {
          const root = await tree.materialize(ctx);
          inRoot(root, 'mkdir -m 000 etc/closed');
          await ctx.end();
          assert.ok(!existsSync(root.lower));
          const left = readdirSync(tmp.in('repo', 'tmp')).filter((name) => name.startsWith('ostrata-'));
          assert.deepEqual(left, []);
        });
      });
    }
  }

  it('links files instead of copying them where overlays work (needs user namespaces)', async function () {
    if (!overlays) this.skip();
    store = await newStore(tmp.in('repo'), isRoot ? 'bare' : 'bare-user');
    const tree = await store.openTree(null);
    sample(tree);
    const root = await tree.materialize(ctx);
    assert.ok(root.upper);
    assert.ok(lstatSync(join(root.lower, 'etc/passwd')).nlink > 1);
    assert.equal(root.userOwned, !isRoot);
  });

  it('falls back to a copy where overlays cannot be tried', async () => {
    store = await newStore(tmp.in('repo'), isRoot ? 'bare' : 'bare-user');
    const tree = await store.openTree(null);
    sample(tree);
    ctx = testContext({ exec: false });
    const root = await tree.materialize(ctx);
    assert.equal(root.upper, null);
    assert.equal(lstatSync(join(root.lower, 'etc/passwd')).nlink, 1);
    assert.equal(readFileSync(join(root.lower, 'etc/passwd'), 'utf8'), 'root\n');
  });

  it('gives its directory up when the tree is committed', async () => {
    store = await newStore(tmp.in('repo'), isRoot ? 'bare' : 'bare-user', { rootStrategy: 'copy' });
    const tree = await store.openTree(null);
    sample(tree);
    const root = await tree.materialize(ctx);
    await store.commit(tree, commitMeta());
    await assert.rejects(tree.absorb(root, ctx), { code: 'OSTREE_ROOT_UNKNOWN' });
    const next = await tree.materialize(ctx);
    assert.notEqual(next.lower, root.lower);
    await ctx.end();
    assert.ok(!existsSync(root.lower) && !existsSync(next.lower));
  });

  it('refuses roots of others and sockets', async () => {
    store = await newStore(tmp.in('repo'), isRoot ? 'bare' : 'bare-user', { rootStrategy: 'copy' });
    const tree = await store.openTree(null);
    sample(tree);
    const root = await tree.materialize(ctx);
    const other = await store.openTree(null);
    await assert.rejects(other.absorb(root, ctx), { code: 'OSTREE_ROOT_UNKNOWN' });
    spawnSync('mkfifo', [join(root.lower, 'etc/pipe')]);
    await assert.rejects(tree.absorb(root, ctx), { code: 'OSTREE_SOURCE_UNSUPPORTED', data: { path: 'etc/pipe' } });
  });
});
