import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ObjectStore } from '@ostrata/core';
import { sha256 } from '../../../plugins/store-ostree/src/codec/checksum.ts';
import { encode } from '../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { commitMeta, hasOstree, isRoot, MODES, newStore, temporary, testContext } from './support.ts';

describe('OSTree check', () => {
  let store: ObjectStore;
  let commit: string;
  afterEach(() => store?.close());
  const tmp = temporary();

  const object = (id: string, type: string) => tmp.in('repo/objects', id.slice(0, 2), `${id.slice(2)}.${type}`);
  const findObject = (type: string): { id: string; path: string } => {
    for (const prefix of readdirSync(tmp.in('repo/objects')).sort()) {
      for (const name of readdirSync(tmp.in('repo/objects', prefix))) {
        if (name.endsWith(`.${type}`))
          return { id: prefix + name.split('.')[0], path: tmp.in('repo/objects', prefix, name) };
      }
    }
    throw new Error(`no ${type}`);
  };
  const fill = async (mode: string) => {
    store = await newStore(tmp.in('repo'), mode);
    const tree = await store.openTree(null);
    tree.writeFile('dir/file', 'content of some length', { parents: true });
    commit = await store.commit(tree, commitMeta({ ref: 'main' }));
    await store.setRef('main', commit);
    assert.deepEqual((await store.check(testContext())).problems, []);
  };
  /** Our verdict names the object, and ostree sees a problem as well. */
  const assertBroken = async (name: string) => {
    const { problems } = await store.check(testContext());
    assert.ok(
      problems.some((problem) => problem.object === name),
      `${name} in ${JSON.stringify(problems)}`,
    );
    if (hasOstree) assert.notEqual(spawnSync('ostree', [`--repo=${tmp.in('repo')}`, 'fsck']).status, 0);
  };

  for (const mode of isRoot ? MODES : MODES.filter((mode) => mode !== 'bare')) {
    const type = mode === 'archive' ? 'filez' : 'file';
    describe(`in mode ${mode}`, () => {
      beforeEach(() => fill(mode));

      it('finds changed, truncated and missing files', async () => {
        const { id, path } = findObject(type);
        const bytes = readFileSync(path);
        chmodSync(path, 0o644);
        const changed = Buffer.from(bytes);
        changed[bytes.length - 1]! ^= 1;
        writeFileSync(path, changed);
        await assertBroken(`${id}.file`);
        writeFileSync(path, bytes);
        truncateSync(path, bytes.length - 1);
        await assertBroken(`${id}.file`);
        truncateSync(path, 0);
        await assertBroken(`${id}.file`);
        rmSync(path);
        await assertBroken(`${id}.file`);
      });
    });
  }

  describe('of metadata', () => {
    beforeEach(() => fill('archive'));

    for (const type of ['dirtree', 'dirmeta', 'commit'] as const) {
      it(`finds a broken and a missing ${type}`, async () => {
        const { id, path } = findObject(type);
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.subarray(0, bytes.length - 1));
        await assertBroken(`${id}.${type}`);
        writeFileSync(path, Buffer.concat([bytes, Buffer.from([0])]));
        await assertBroken(`${id}.${type}`);
        rmSync(path);
        await assertBroken(`${id}.${type}`);
      });
    }

    it('forgives what a partial commit lacks', async () => {
      rmSync(findObject('filez').path);
      writeFileSync(tmp.in('repo/state', `${commit}.commitpartial`), '');
      assert.deepEqual((await store.check(testContext())).problems, []);
      assert.ok(!(await store.has(commit)));
      const target = await newStore(tmp.in('target'), 'archive');
      await assert.rejects(target.pull(tmp.in('repo'), ['main'], testContext()), { code: 'OSTREE_OBJECT_MISSING' });
      target.close();
    });

    it('refuses to use hostile directories', async () => {
      const file = Buffer.from(findObject('filez').id, 'hex');
      for (const name of ['..', '.', '', 'a/b', '../../etc/passwd']) {
        const bytes = encode('(a(say)a(sayay))', [[[name, file]], []]);
        const id = sha256(bytes);
        const bad = encode('(a{sv}aya(say)sstayay)', [
          [],
          Buffer.alloc(0),
          [],
          '',
          '',
          0n,
          Buffer.from(id, 'hex'),
          Buffer.from(findObject('dirmeta').id, 'hex'),
        ]);
        const badId = sha256(bad);
        for (const [path, content] of [
          [object(id, 'dirtree'), bytes],
          [object(badId, 'commit'), bad],
        ] as const) {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, content);
        }
        await assert.rejects(store.checkout(badId, tmp.in('out'), { user: true }), { code: 'OSTREE_OBJECT_CORRUPT' });
        const tree = await store.openTree(badId);
        assert.throws(() => [...tree.walk()], { code: 'OSTREE_OBJECT_CORRUPT' });
        rmSync(tmp.in('out'), { recursive: true, force: true });
        await assertBroken(`${id}.dirtree`);
      }
    });
  });
});
