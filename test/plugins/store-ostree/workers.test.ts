import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { OstreeStore } from '../../../plugins/store-ostree/src/store/ostree-store.ts';
import { commitMeta, newStore, temporary, testContext } from './support.ts';

/** More than what is worth threads. */
const FILES = 2400;

describe('OSTree bulk work in threads', () => {
  let store: OstreeStore;
  afterEach(() => store?.close());
  const tmp = temporary();
  /** Many objects go faster without waiting for the disk. */
  const unsynced = async (name: string): Promise<OstreeStore> => {
    (await newStore(tmp.in(name), 'archive')).close();
    appendFileSync(tmp.in(name, 'config'), 'fsync=false\n');
    return (await newStore(tmp.in(name), 'archive')) as OstreeStore;
  };
  beforeEach(async function () {
    this.timeout(60_000);
    for (let number = 0; number < FILES; number++) {
      if (number % 100 === 0) mkdirSync(tmp.in('source', String(number)), { recursive: true });
      writeFileSync(tmp.in('source', String(number - (number % 100)), String(number)), `content ${number % 500}`);
    }
    store = await unsynced('repo');
  });

  it('gives what one thread gives, and checks it', async () => {
    const single = await unsynced('single');
    const expected = await single.commit(await single.importDirectory(tmp.in('source')), commitMeta());
    single.close();
    const tree = await store.importDirectory(tmp.in('source'), { workers: 2 });
    assert.equal(await store.commit(tree, commitMeta()), expected);
    const report = await store.check(testContext());
    assert.deepEqual(report.problems, []);
    assert.equal(report.objects, 1 + 1 + 25 + 500);
  });

  it('finds broken files in threads', async () => {
    for (let number = 0; number < FILES; number++) writeFileSync(tmp.in('source', `f${number}`), String(number));
    const tree = await store.importDirectory(tmp.in('source'), { workers: 2 });
    await store.commit(tree, commitMeta());
    const entry = tree.lookup('f7');
    assert.ok(entry?.type === 'file');
    truncateSync(tmp.in('repo/objects', entry.id.slice(0, 2), `${entry.id.slice(2)}.filez`), 10);
    const { problems } = await store.check(testContext());
    assert.deepEqual(
      problems.map(({ object }) => object),
      [`${entry.id}.file`],
    );
  });

  it('hands errors on with their code, and leaves nothing behind', async () => {
    spawnSync('mkfifo', [tmp.in('source/0/pipe')]);
    await assert.rejects(store.importDirectory(tmp.in('source'), { workers: 2 }), {
      name: 'HostError',
      code: 'OSTREE_SOURCE_UNSUPPORTED',
      data: { path: tmp.in('source/0/pipe'), reason: 'type' },
    });
    rmSync(tmp.in('source/0/pipe'));
    await store.importDirectory(tmp.in('source'), { workers: 2 });
  });
});
