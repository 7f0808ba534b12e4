import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { S_IFDIR, S_IFREG } from '../../../plugins/store-ostree/src/codec/mode.ts';
import { initRepository } from '../../../plugins/store-ostree/src/repo/init.ts';
import { ObjectWriter } from '../../../plugins/store-ostree/src/repo/object-writer.ts';
import { listRefs } from '../../../plugins/store-ostree/src/repo/refs.ts';
import { Repository } from '../../../plugins/store-ostree/src/repo/repository.ts';
import { addPendingRef, Staging } from '../../../plugins/store-ostree/src/repo/staging.ts';
import { hasOstree, newStore, ostree, temporary, testContext } from './support.ts';

const FILE = { uid: 0, gid: 0, mode: S_IFREG | 0o644, target: '', xattrs: [] };

/** A commit of one file, and a ref for it, as another thread would write them. */
function writeCommit(repo: Repository, staging: Staging, text: string): string {
  const writer = new ObjectWriter(repo, staging.path);
  const file = writer.writeFile(FILE, Buffer.from(text));
  const tree = writer.writeDirTree({ files: new Map([['file', file]]), dirs: new Map() });
  const meta = writer.writeDirMeta({ uid: 0, gid: 0, mode: S_IFDIR | 0o755, xattrs: [] });
  const commit = writer.writeCommit({
    metadata: new Map(),
    related: [],
    parent: undefined,
    subject: '',
    body: '',
    timestamp: 0n,
    tree,
    meta,
  });
  addPendingRef(staging.path, text, commit);
  return commit;
}

describe('OSTree staging directory', () => {
  const tmp = temporary();
  let staging: Staging | undefined;
  afterEach(() => {
    staging?.close();
    staging = undefined;
  });

  /** A repository that calls `meanwhile` in the middle of the next flush, when objects are moved. */
  function interrupted(meanwhile: (repo: Repository, staging: Staging) => void): {
    repo: Repository;
    staging: Staging;
  } {
    const repo = initRepository(tmp.in('repo'), 'archive');
    const opened = Staging.open(repo);
    staging = opened;
    let armed = true;
    Object.defineProperty(repo, 'objectsPath', {
      get() {
        const path = join(repo.path, 'objects');
        const moving = new Error().stack?.includes('flush') ?? false;
        if (!armed || !moving) return path;
        armed = false;
        meanwhile(repo, opened);
        return path;
      },
    });
    return { repo, staging: opened };
  }

  it('brings nothing of a commit that another thread writes during a flush, and all of it with the next', () => {
    let late = '';
    const { repo, staging } = interrupted((repo, staging) => {
      late = writeCommit(repo, staging, 'late');
    });
    const early = writeCommit(repo, staging, 'early');
    staging.flush();
    assert.notEqual(late, '');
    assert.deepEqual([...listRefs(repo)], [['early', early]]);
    assert.equal(Repository.open(repo.path).find(late, 'commit'), undefined);
    assert.deepEqual([...staging.pendingRefs()], [['late', late]]);
    staging.flush();
    assert.equal(listRefs(repo).get('late'), late);
    assert.ok(Repository.open(repo.path).find(late, 'commit'));
  });

  it('keeps a ref that another thread sets again during a flush', () => {
    let second = '';
    const { repo, staging } = interrupted((repo, staging) => {
      second = writeCommit(repo, staging, 'second');
      addPendingRef(staging.path, 'first', second);
    });
    const first = writeCommit(repo, staging, 'first');
    staging.flush();
    assert.equal(listRefs(repo).get('first'), first);
    staging.flush();
    assert.equal(listRefs(repo).get('first'), second);
  });

  it('leaves the directories of objects to the threads that may be about to use them', () => {
    const repo = initRepository(tmp.in('repo'), 'archive');
    staging = Staging.open(repo);
    writeCommit(repo, staging, 'one');
    const directories = () => readdirSync(staging!.path).filter((name) => /^[0-9a-f]{2}$/.test(name));
    const before = directories();
    assert.ok(before.length > 0);
    staging.flush();
    assert.deepEqual(directories(), before);
    const { path } = staging;
    staging.close();
    staging = undefined;
    assert.ok(!existsSync(path));
  });

  it('does not come back when a thread writes after it was closed', () => {
    const repo = initRepository(tmp.in('repo'), 'archive');
    const closed = Staging.open(repo);
    const writer = new ObjectWriter(repo, closed.path);
    writer.writeFile(FILE, Buffer.from('one'));
    closed.close();
    assert.throws(() => writer.writeFile(FILE, Buffer.from('two')), { code: 'ENOENT' });
    assert.ok(!existsSync(closed.path));
  });

  it('takes all that threads write while it is flushed again and again', async function () {
    this.timeout(20_000);
    (await newStore(tmp.in('repo'), 'archive')).close();
    appendFileSync(tmp.in('repo/config'), 'fsync=false\n');
    const store = await newStore(tmp.in('repo'), 'archive');
    let commits = 0;
    let running = 2;
    let problem: unknown;
    for (let number = 0; number < 2; number++) {
      const workerData = { descriptor: store.writer, number, milliseconds: 700 };
      const worker = new Worker(new URL('./racing-worker.ts', import.meta.url), { workerData });
      once(worker, 'message')
        .then(([count]) => {
          commits += count as number;
        })
        .catch((error: unknown) => {
          problem ??= error;
        })
        .finally(() => running--);
    }
    while (running > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      await store.setRef('none', null);
    }
    if (problem) throw problem;
    await store.setRef('none', null);
    assert.ok(commits > 0);
    assert.equal((await store.refs('race')).size, commits);
    const report = await store.check(testContext());
    store.close();
    assert.deepEqual(report.problems, []);
    if (hasOstree) ostree(tmp.in('repo'), 'fsck', '-q');
    assert.deepEqual(readdirSync(tmp.in('repo/tmp')), ['cache']);
  });

  it('removes the lock that a killed program left without its directory', () => {
    const repo = initRepository(tmp.in('repo'), 'archive');
    for (const boot of ['this', 'other']) appendFileSync(tmp.in('repo/tmp', `staging-${boot}-abcdef-lock`), '');
    Staging.open(repo).close();
    assert.deepEqual(readdirSync(tmp.in('repo/tmp')), ['cache']);
  });

  it('writes in the place of a killed program with the same process id', () => {
    const repo = initRepository(tmp.in('repo'), 'archive');
    const first = Staging.open(repo);
    new ObjectWriter(repo, first.path).writeFile(FILE, Buffer.from('one'));
    // Two writers of one thread stand for two programs: neither may meet temporary files of the other.
    const names = () => readdirSync(first.path).filter((name) => name.startsWith('writer-'));
    new ObjectWriter(repo, first.path).writeFile(FILE, Buffer.from('two'));
    assert.equal(names().length, 2);
    first.close();
  });
});
