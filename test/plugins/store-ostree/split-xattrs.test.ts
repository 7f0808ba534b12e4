import assert from 'node:assert/strict';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../../../plugins/store-ostree/src/codec/checksum.ts';
import { encodeXattrs } from '../../../plugins/store-ostree/src/codec/xattrs.ts';
import { Repository } from '../../../plugins/store-ostree/src/repo/repository.ts';
import { readXattrs } from '../../../plugins/store-ostree/src/repo/storage/bare.ts';
import { lremovexattr, lsetxattr } from '../../../plugins/store-ostree/src/syscalls.ts';
import { assertSame, succeed } from './cli/support.ts';
import { hasOstree, isRoot, newStore, ostree, temporary, testContext } from './support.ts';

describe('OSTree repository of mode bare-split-xattrs (needs ostree, root)', () => {
  const tmp = temporary();
  let commit = '';

  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });

  beforeEach(() => {
    const tree = tmp.in('tree');
    mkdirSync(`${tree}/usr`, { recursive: true });
    writeFileSync(`${tree}/usr/file`, 'file');
    writeFileSync(`${tree}/usr/other`, 'other', { mode: 0o4755 });
    symlinkSync('file', `${tree}/usr/link`);
    lsetxattr(`${tree}/usr/file`, 'user.a', Buffer.from('value'));
    lsetxattr(`${tree}/usr/file`, 'trusted.b', Buffer.from([0, 1, 255]));
    ostree(tmp.in('repo'), 'init', '--mode=bare');
    commit = ostree(tmp.in('repo'), 'commit', '-b', 'x', tree);
    split(tmp.in('repo'));
  });

  /** Takes the attributes of the files into objects of their own, as ostree-repo-commit.c writes them. */
  function split(repo: string): void {
    const objects = join(repo, 'objects');
    for (const name of readdirSync(objects, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.file')) continue;
      const path = join(objects, name);
      const xattrs = readXattrs(path);
      const bytes = encodeXattrs(xattrs);
      const id = sha256(bytes);
      const object = join(objects, id.slice(0, 2), `${id.slice(2)}.file-xattrs`);
      mkdirSync(dirname(object), { recursive: true });
      writeFileSync(object, bytes);
      linkSync(object, path.replace(/file$/, 'file-xattrs-link'));
      for (const [attribute] of xattrs) lremovexattr(path, attribute);
    }
    const config = join(repo, 'config');
    writeFileSync(config, readFileSync(config, 'utf8').replace('mode=bare', 'mode=bare-split-xattrs'));
  }

  it('is checked, listed and checked out as ostree does', async () => {
    const repo = `--repo=${tmp.in('repo')}`;
    ostree(tmp.in('repo'), 'fsck', '-q');
    assert.match(await succeed(repo, 'fsck'), /no errors found/);
    for (const line of [
      ['ls', '-R', '-X', '-C', commit],
      ['cat', commit, '/usr/file'],
      ['show', commit],
    ]) {
      await assertSame(repo, ...line);
    }
    await succeed(repo, 'checkout', commit, tmp.in('out'));
    assert.deepEqual(readXattrs(tmp.in('out/usr/file')), readXattrs(tmp.in('tree/usr/file')));
    assert.equal(lstatSync(tmp.in('out/usr/other')).mode & 0o7777, 0o4755);
    const store = await newStore(tmp.in('copy'), 'archive');
    await store.pull(tmp.in('repo'), ['x'], testContext());
    store.close();
    ostree(tmp.in('copy'), 'fsck', '-q');
  });

  it('is not written, and what is not there is an error', async () => {
    const repo = Repository.open(tmp.in('repo'));
    assert.throws(() =>
      repo.storage.write(tmp.in('new'), repo.inspectFile(fileOf(repo)).meta, { size: 0, chunks: () => [] }),
    );
    const path = repo.locate(fileOf(repo), 'file').replace(/file$/, 'file-xattrs-link');
    renameSync(path, `${path}.away`);
    assert.throws(() => repo.inspectFile(fileOf(repo)));
  });

  function fileOf(repo: Repository): string {
    const { tree } = repo.readCommit(commit);
    return repo.readDirTree(repo.readDirTree(tree).dirs.get('usr')!.tree).files.get('file')!;
  }
});
