import assert from 'node:assert/strict';
import { createReadStream, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Header, pack as packArchive } from 'tar-stream';
import type { OstreeStore } from '../../../plugins/store-ostree/src/store/ostree-store.ts';
import { commitMeta, hasOstree, hasTool, newStore, ostree, run, temporary } from './support.ts';

const archive = (entries: readonly (readonly [Partial<Header> & Pick<Header, 'name'>, string?])[]): Readable => {
  const pack = packArchive();
  for (const [header, content] of entries) pack.entry(header, content ?? '');
  pack.finalize();
  return Readable.from(pack);
};

describe('tar import', () => {
  let store: OstreeStore;
  afterEach(() => store?.close());
  const tmp = temporary();
  beforeEach(async () => {
    store = (await newStore(tmp.in('repo'), 'archive')) as OstreeStore;
  });

  it('gives the commit that ostree gives (needs ostree, tar)', async function () {
    if (!hasOstree || !hasTool('tar', '--version')) this.skip();
    mkdirSync(tmp.in('source/usr/bin'), { recursive: true });
    writeFileSync(tmp.in('source/usr/bin/tool'), 'tool', { mode: 0o755 });
    writeFileSync(tmp.in('source/usr', `long ${'x'.repeat(180)}`), 'long');
    writeFileSync(tmp.in('source/große'), '');
    linkSync(tmp.in('source/usr/bin/tool'), tmp.in('source/usr/bin/hard'));
    symlinkSync('bin/tool', tmp.in('source/usr/link'));
    ostree(tmp.in('theirs'), 'init', '--mode=archive');
    for (const format of ['pax', 'gnu', 'posix']) {
      run('tar', '-C', tmp.in('source'), `--format=${format}`, '--owner=:7', '--group=:8', '-cf', tmp.in('a.tar'), '.');
      const tree = await store.importTar(createReadStream(tmp.in('a.tar')), { name: 'a.tar' });
      const commit = await store.commit(tree, commitMeta());
      const expected = ostree(
        tmp.in('theirs'),
        'commit',
        '--orphan',
        '--no-bindings',
        '--timestamp=@1700000000',
        `--tree=tar=${tmp.in('a.tar')}`,
      );
      assert.equal(commit, expected, format);
    }
  });

  it('takes extended attributes, and the last of several entries', async () => {
    const tree = await store.importTar(
      archive([
        [{ name: './', type: 'directory', mode: 0o750, uid: 1, gid: 2 }],
        [{ name: 'dir/', type: 'directory' }],
        [{ name: '/dir/file', pax: { 'SCHILY.xattr.user.b': 'text', 'LIBARCHIVE.xattr.user.a': 'AP8=' } }, 'one'],
        [{ name: 'x', type: 'symlink', linkname: 'dir' }],
        [{ name: 'x', mode: 0o600 }, 'file now'],
        [{ name: './dir/./file', mode: 0o644, pax: { 'LIBARCHIVE.xattr.user.a': 'AP8=' } }, 'two'],
      ]),
      { name: 'test' },
    );
    assert.deepEqual(tree.lookup(''), { type: 'directory', mode: 0o40750, uid: 1, gid: 2, xattrs: [] });
    const entry = tree.lookup('dir/file');
    assert.deepEqual(
      entry?.xattrs.map(([name, value]) => [name, Buffer.from(value).toString('hex')]),
      [['user.a', '00ff']],
    );
    assert.equal(Buffer.from(tree.readFile('dir/file')).toString(), 'two');
    assert.equal(tree.lookup('x')?.type, 'file');
  });

  it('refuses paths that leave the root', async () => {
    for (const name of ['../x', 'a/../../x', '/..']) {
      await assert.rejects(store.importTar(archive([[{ name }]]), { name: 'evil.tar' }), {
        code: 'OSTREE_TAR_INVALID',
        data: { archive: 'evil.tar' },
      });
    }
    const through = archive([[{ name: 'etc', type: 'symlink', linkname: '/etc' }], [{ name: 'etc/passwd' }, 'x']]);
    await assert.rejects(store.importTar(through, { name: 'evil.tar', autocreateParents: true }), /symbolic link/);
    const link = archive([[{ name: 'x', type: 'link', linkname: '../../etc/passwd' }]]);
    await assert.rejects(store.importTar(link, { name: 'evil.tar' }), { code: 'OSTREE_TAR_INVALID' });
  });

  it('refuses devices, missing parents, binary attributes and broken archives', async () => {
    const device = archive([[{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }]]);
    await assert.rejects(store.importTar(device, { name: 't' }), { code: 'OSTREE_SOURCE_UNSUPPORTED' });
    await assert.rejects(store.importTar(archive([[{ name: 'a/b' }]]), { name: 't' }), { code: 'OSTREE_TAR_INVALID' });
    const made = await store.importTar(archive([[{ name: 'a/b' }]]), { name: 't', autocreateParents: true });
    assert.equal(made.lookup('a')?.mode, 0o40755);
    const noise = Readable.from([Buffer.alloc(1024, 'x')]);
    await assert.rejects(store.importTar(noise, { name: 'noise' }), { code: 'OSTREE_TAR_INVALID' });
    const whole = Buffer.concat(await archive([[{ name: 'a' }, 'x'.repeat(2000)]]).toArray());
    await assert.rejects(store.importTar(Readable.from([whole.subarray(0, 1500)]), { name: 'cut' }), {
      code: 'OSTREE_TAR_INVALID',
    });
    const binary = archive([[{ name: 'a', pax: { 'SCHILY.xattr.security.capability': '\ufffd' } }]]);
    await assert.rejects(store.importTar(binary, { name: 't' }), /security\.capability/);
  });
});
