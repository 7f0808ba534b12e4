import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variant } from '../../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { prepareDelta } from '../../../../plugins/store-ostree/src/delta/generate.ts';
import {
  applyDelta,
  deleteDelta,
  deltaId,
  deltaIndexPath,
  describeDelta,
  listDeltaIndexes,
  openDelta,
  readDeltaIndex,
  reindexDeltas,
  superblockPath,
} from '../../../../plugins/store-ostree/src/delta/index.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { hasOstree, ostree, temporary } from '../support.ts';
import { clientRepository, judge, makeDelta, makePair, type Pair, WRITABLE } from './support.ts';

describe('indexes of static deltas (needs ostree)', function () {
  this.timeout(30_000);
  const dir = temporary();
  let pair: Pair;
  let repo: Repository;

  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(() => {
    pair = makePair(dir.path, 'archive');
    repo = Repository.open(pair.repo);
  });

  it('list the deltas to a commit with the digests of their superblocks', () => {
    makeDelta(pair);
    makeDelta(pair, { scratch: true });
    reindexDeltas(repo);
    assert.deepEqual(listDeltaIndexes(repo), [pair.to]);
    const digest = (from: string | undefined) =>
      createHash('sha256')
        .update(readFileSync(superblockPath(repo, { from, to: pair.to })))
        .digest('hex');
    assert.deepEqual(
      readDeltaIndex(repo, pair.to),
      [undefined, pair.from].map((from) => ({ name: { from, to: pair.to }, superblock: digest(from) })),
    );
    assert.equal(readDeltaIndex(repo, pair.from), undefined);
  });

  it('are those of ostree', () => {
    makeDelta(pair);
    const path = join(pair.repo, deltaIndexPath(pair.to));
    reindexDeltas(repo);
    const ours = readFileSync(path);
    assert.match(readFileSync(join(pair.repo, 'config'), 'utf8'), /^indexed-deltas=true$/m);
    ostree(pair.repo, 'static-delta', 'reindex');
    assert.deepEqual(readFileSync(path), ours);
    assert.equal(ostree(pair.repo, 'static-delta', 'indexes'), pair.to);
  });

  it('are removed with their deltas, one or all', () => {
    makeDelta(pair);
    makeDelta({ ...pair, from: pair.to, to: pair.from });
    reindexDeltas(repo);
    assert.equal(listDeltaIndexes(repo).length, 2);
    deleteDelta(repo, deltaId(pair));
    reindexDeltas(repo, pair.from);
    assert.equal(listDeltaIndexes(repo).length, 2);
    reindexDeltas(repo, pair.to);
    assert.deepEqual(listDeltaIndexes(repo), [pair.from]);
    assert.ok(!existsSync(join(pair.repo, deltaIndexPath(pair.to))));
  });

  it('let ostree find the deltas of a repository whose summary lists none', () => {
    makeDelta(pair);
    reindexDeltas(repo);
    ostree(pair.repo, 'config', 'set', 'core.no-deltas-in-summary', 'true');
    ostree(pair.repo, 'summary', '-u');
    const client = clientRepository(dir.in('client'), WRITABLE[0]!, pair).path;
    ostree(client, 'refs', pair.from, '--create=origin:main');
    ostree(client, 'remote', 'add', '--no-gpg-verify', 'origin', `file://${pair.repo}`);
    ostree(client, 'pull', '--require-static-deltas', 'origin', 'main');
    judge(client, pair);
  });

  it('say what is wrong with them', () => {
    makeDelta(pair);
    reindexDeltas(repo);
    writeFileSync(join(pair.repo, deltaIndexPath(pair.to)), 'noise');
    assert.throws(() => readDeltaIndex(repo, pair.to), { code: 'OSTREE_DELTA_INVALID' });
    assert.throws(() => reindexDeltas(repo, 'main'), { code: 'OSTREE_DELTA_NAME' });
  });
});

describe('signed static deltas (needs ostree)', function () {
  this.timeout(30_000);
  const dir = temporary();
  const keys = generateKeyPairSync('ed25519');
  const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const seed = keys.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const secretKey = Buffer.concat([seed, publicKey]);
  const KEY = 'ostree.sign.ed25519';
  let pair: Pair;

  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(() => {
    pair = makePair(dir.path, WRITABLE[0]!);
  });

  it('of ours are read, and applied when they are verified', () => {
    const repo = Repository.open(pair.repo);
    const prepared = prepareDelta(repo, pair);
    const signature = sign(null, prepared.superblock, keys.privateKey);
    const { path } = prepared.write(new Map([[KEY, variant('aay', [signature])]]));
    assert.ok(describeDelta(repo, path).signed);
    assert.match(ostree(pair.repo, 'static-delta', 'show', path), /^Signed: yes$/m);
    const client = clientRepository(dir.in('client'), WRITABLE[0]!, pair);
    ostree(client.path, 'config', 'set', 'core.sign-verify-deltas', 'true');
    assert.throws(() => applyDelta(client, path), { code: 'OSTREE_DELTA_SIGNATURE' });
    const { signed } = openDelta(path);
    assert.deepEqual(signed?.bytes, prepared.superblock);
    assert.deepEqual(signed?.signatures.get(KEY)?.value, [signature]);
    assert.equal(applyDelta(client, openDelta(path), { verified: true }), pair.to);
    judge(client.path, pair);
  });

  it('of ostree have the signature of their superblock (needs ed25519 in ostree)', function () {
    const file = dir.in('signed');
    const to = `--to=${pair.to}`;
    const key = `--sign=${secretKey.toString('base64')}`;
    try {
      ostree(pair.repo, 'static-delta', 'generate', `--from=${pair.from}`, to, '--inline', `--filename=${file}`, key);
    } catch {
      return this.skip();
    }
    const client = clientRepository(dir.in('client'), WRITABLE[0]!, pair);
    assert.equal(applyDelta(client, file), pair.to);
    assert.ok(describeDelta(client, file).signed);
    judge(client.path, pair);
  });
});
