import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { contentBytes } from '../../../plugins/store-ostree/src/repo/content.ts';
import { Repository } from '../../../plugins/store-ostree/src/repo/repository.ts';
import { archiveStorage } from '../../../plugins/store-ostree/src/repo/storage/archive.ts';
import { ours, succeed } from './cli/support.ts';
import { hasOstree, ostree, temporary } from './support.ts';

const MEGABYTE = 1024 * 1024;

/** Files whose parts, which are a megabyte, are compressed in different ways, and of the sizes around one part. */
const FILES: Readonly<Record<string, Buffer>> = {
  mixed: Buffer.concat([
    randomBytes(MEGABYTE + 5000),
    Buffer.alloc(MEGABYTE, 'text again and again '),
    randomBytes(MEGABYTE),
    Buffer.alloc(700_000, 7),
  ]),
  'one part': randomBytes(MEGABYTE),
  'one byte less': Buffer.alloc(MEGABYTE - 1, 'abc'),
  'one byte more': Buffer.alloc(MEGABYTE + 1, 'abc'),
  empty: Buffer.alloc(0),
};

describe('Large files of archives (needs ostree)', () => {
  const tmp = temporary();
  before(function () {
    if (!hasOstree) this.skip();
  });

  const commit = async () => {
    mkdirSync(tmp.in('tree'));
    for (const [name, bytes] of Object.entries(FILES)) writeFileSync(tmp.in('tree', name), bytes);
    for (const repo of ['archive', 'theirs']) ostree(tmp.in(repo), 'init', '--mode=archive');
    ostree(tmp.in('bare'), 'init', '--mode=bare-user');
    const options = ['-b', 'main', '--timestamp=2024-01-01 UTC', '--owner-uid=0', '--owner-gid=0', '--no-xattrs'];
    const tree = `--tree=dir=${tmp.in('tree')}`;
    await succeed(`--repo=${tmp.in('archive')}`, 'commit', ...options, tree);
    ostree(tmp.in('theirs'), 'commit', ...options, tree);
  };
  const largest = () => {
    const repo = Repository.open(tmp.in('archive'));
    const { tree } = repo.readCommit(ostree(repo.path, 'rev-parse', 'main'));
    return { repo, id: repo.readDirTree(tree).files.get('mixed')! };
  };

  it('are written as ostree reads them, and read', async () => {
    await commit();
    assert.equal(ostree(tmp.in('archive'), 'rev-parse', 'main'), ostree(tmp.in('theirs'), 'rev-parse', 'main'));
    ostree(tmp.in('archive'), 'fsck');
    await succeed(`--repo=${tmp.in('bare')}`, 'pull-local', tmp.in('theirs'), 'main');
    ostree(tmp.in('bare'), 'fsck');
    const { repo, id } = largest();
    assert.ok(FILES['mixed']!.equals(repo.readFile(id).content));
    const { content } = repo.streamFile(id);
    // What is gone through twice is the same twice.
    for (let time = 0; time < 2; time++) assert.ok(FILES['mixed']!.equals(contentBytes(content)));
  });

  it('are refused where they are cut off or something follows, also when they are pulled', async () => {
    await commit();
    const { repo, id } = largest();
    const path = repo.locate(id, 'file');
    const whole = readFileSync(path);
    for (const bytes of [
      whole.subarray(0, -1),
      whole.subarray(0, 1_500_000),
      Buffer.concat([whole, Buffer.alloc(9)]),
    ]) {
      writeFileSync(path, bytes);
      const corrupt = { code: 'OSTREE_OBJECT_CORRUPT' };
      assert.throws(() => repo.readFile(id), corrupt);
      assert.throws(() => contentBytes(repo.streamFile(id).content), corrupt);
      const { status, err } = await ours(`--repo=${tmp.in('bare')}`, 'pull-local', tmp.in('archive'), 'main');
      assert.equal(status, 1);
      assert.match(err, new RegExp(id));
    }
    truncateSync(path, 300);
    assert.throws(() => archiveStorage({ level: 6 }).read(path), { code: 'CODEC_INVALID' });
  });
});
