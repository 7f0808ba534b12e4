import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasOstree, isRoot, ostree, run, temporary } from '../support.ts';
import { ours, succeed, theirs } from './support.ts';

describe('ostree checkout of layers (needs ostree)', () => {
  const place = temporary();

  before(function () {
    if (!hasOstree) this.skip();
  });

  beforeEach(() => ostree(place.in('repo'), 'init', `--mode=${isRoot ? 'bare' : 'bare-user'}`));

  function commitTree(files: Readonly<Record<string, string>>): string {
    const tree = place.in('tree');
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(`${tree}/${name}`), { recursive: true });
      writeFileSync(`${tree}/${name}`, content);
    }
    const commit = ostree(place.in('repo'), 'commit', '--orphan', tree);
    rmSync(tree, { recursive: true });
    return commit;
  }

  const user = isRoot ? [] : ['-U'];
  const listing = (path: string) =>
    run('find', path, '-printf', '%P %y %m %U %G %l\n')
      .split('\n')
      .filter((line) => !line.startsWith(' '))
      .sort();

  /** Both programs do the same to two equal directories; what is there afterwards, and what they say, must be the same. */
  async function assertSameCheckout(prepare: (path: string) => void, ...line: string[]): Promise<void> {
    for (const name of ['mine', 'theirs']) {
      mkdirSync(place.in(name));
      prepare(place.in(name));
    }
    const words = [`--repo=${place.in('repo')}`, 'checkout', ...user, ...line];
    const mine = await ours(...words, place.in('mine'));
    const other = theirs(...words, place.in('theirs'));
    assert.deepEqual(mine, other, line.join(' '));
    assert.deepEqual(listing(place.in('mine')), listing(place.in('theirs')), line.join(' '));
    for (const name of ['mine', 'theirs']) rmSync(place.in(name), { recursive: true });
  }

  it('--process-passthrough-whiteouts makes devices of overlayfs (needs root)', async function () {
    if (!isRoot) this.skip();
    const commit = commitTree({ 'dir/.ostree-wh.gone': '', 'dir/kept': 'kept', '.ostree-wh.top': 'x' });
    const flag = '--process-passthrough-whiteouts';
    await assertSameCheckout((path) => rmSync(path, { recursive: true }), flag, commit);
    await assertSameCheckout(() => {}, '--union', flag, commit);
    const before = (path: string) => {
      mkdirSync(`${path}/dir`);
      writeFileSync(`${path}/dir/gone`, 'there');
    };
    await assertSameCheckout(before, '--union', flag, commit);
    await assertSameCheckout(before, '--union-add', flag, commit);
    await succeed(`--repo=${place.in('repo')}`, 'checkout', flag, commit, place.in('out'));
    const stat = lstatSync(place.in('out/dir/gone'));
    assert.ok(stat.isCharacterDevice() && stat.rdev === 0);
    assert.ok(!existsSync(place.in('out/dir/.ostree-wh.gone')));
    const nameless = commitTree({ '.ostree-wh.': '' });
    await assertSameCheckout(() => {}, '--union', flag, nameless);
  });

  it('--whiteouts removes what is hidden', async () => {
    const commit = commitTree({ '.wh.gone': '', 'opaque/.wh..wh..opq': '', 'opaque/new': 'new', 'dir/file': 'file' });
    const before = (path: string) => {
      mkdirSync(`${path}/gone`);
      writeFileSync(`${path}/gone/x`, '');
      mkdirSync(`${path}/opaque`);
      writeFileSync(`${path}/opaque/old`, '');
    };
    await assertSameCheckout(before, '--union', '--whiteouts', commit);
  });

  it('--whiteouts --union puts a directory in the place of a file or a link', async () => {
    const commit = commitTree({ 'dir/file': 'file' });
    for (const make of [(path: string) => writeFileSync(path, ''), (path: string) => symlinkSync('/etc', path)]) {
      mkdirSync(place.in('out'));
      make(place.in('out/dir'));
      await succeed(
        `--repo=${place.in('repo')}`,
        'checkout',
        ...user,
        '--union',
        '--whiteouts',
        commit,
        place.in('out'),
      );
      assert.equal(readFileSync(place.in('out/dir/file'), 'utf8'), 'file');
      rmSync(place.in('out'), { recursive: true });
    }
    assert.ok(!existsSync('/etc/file'));
  });

  it('a link in the place of a directory is not followed', async () => {
    const commit = commitTree({ 'dir/file': 'file' });
    mkdirSync(place.in('outside'));
    mkdirSync(place.in('out'));
    symlinkSync(place.in('outside'), place.in('out/dir'));
    const { status } = await ours(
      `--repo=${place.in('repo')}`,
      'checkout',
      ...user,
      '--union',
      commit,
      place.in('out'),
    );
    assert.equal(status, 1);
    assert.ok(!existsSync(place.in('outside/file')));
  });

  it('-H says when the destination is on another device (needs /dev/shm)', async function () {
    const shared = '/dev/shm';
    if (!existsSync(shared) || lstatSync(shared).dev === lstatSync(place.path).dev) this.skip();
    const commit = commitTree({ file: 'file' });
    const destination = `${shared}/ostrata-checkout-${process.pid}`;
    try {
      const line = [`--repo=${place.in('repo')}`, 'checkout', ...user, '-H', commit, destination];
      const mine = await ours(...line);
      rmSync(destination, { recursive: true, force: true });
      assert.deepEqual(mine, theirs(...line));
      assert.match(mine.err, /across devices/);
    } finally {
      rmSync(destination, { recursive: true, force: true });
    }
  });
});
