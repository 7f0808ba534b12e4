import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  deleteDelta,
  deltaExists,
  deltaId,
  deltaIndexPath,
  deltaPath,
  listDeltaIndexes,
  listDeltas,
  locateSuperblock,
  parseDeltaId,
  parseDeltaPath,
  superblockPath,
} from '../../../../plugins/store-ostree/src/delta/index.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { temporary } from '../support.ts';

const FROM = 'eaf9ca8f0151f852d1e2862887a69c1dac465ead3c9d9b6651bea3d99337fa21';
const TO = '9c84589752c7b6d65c6bd01ec4f6108c9191ab98078e26398c2c09fe0a25797c';

describe('names of static deltas', () => {
  it('are two checksums, or one', () => {
    assert.equal(deltaId({ from: FROM, to: TO }), `${FROM}-${TO}`);
    assert.deepEqual(parseDeltaId(`${FROM}-${TO}`), { from: FROM, to: TO });
    assert.deepEqual(parseDeltaId(TO), { from: undefined, to: TO });
    for (const text of [
      '',
      '-',
      `${FROM}-`,
      `-${TO}`,
      `${FROM}-${TO}-${TO}`,
      TO.slice(1),
      TO.toUpperCase(),
      `${TO}\n`,
    ]) {
      assert.equal(parseDeltaId(text), undefined, text);
    }
  });

  it('lead to the directories that libostree gives them', () => {
    const path = deltaPath({ from: FROM, to: TO });
    assert.equal(
      path,
      'deltas/6v/nKjwFR+FLR4oYoh6acHaxGXq08nZtmUb6j2ZM3+iE-nIRYl1LHttZca9AexPYQjJGRq5gHjiY5jCwJ_goleXw',
    );
    assert.equal(deltaPath({ from: undefined, to: TO }), 'deltas/nI/RYl1LHttZca9AexPYQjJGRq5gHjiY5jCwJ_goleXw');
    assert.equal(deltaIndexPath(TO), 'delta-indexes/nI/RYl1LHttZca9AexPYQjJGRq5gHjiY5jCwJ_goleXw.index');
    const [, prefix, rest] = path.split('/') as [string, string, string];
    assert.deepEqual(parseDeltaPath(prefix, rest), { from: FROM, to: TO });
  });

  it('are not read from other names of directories', () => {
    const rest = 'RYl1LHttZca9AexPYQjJGRq5gHjiY5jCwJ_goleXw';
    assert.ok(parseDeltaPath('nI', rest));
    for (const [prefix, name] of [
      ['n', `I${rest}`],
      ['nI', `${rest.slice(0, -1)}x`],
      ['nI', `${rest}-`],
      ['nI', `${rest}-nI${rest}-nI${rest}`],
      ['nI', `${rest}=`],
      ['..', '..'],
      ['nI', rest.replace('_', '/')],
    ] as const) {
      assert.equal(parseDeltaPath(prefix, name), undefined, name);
    }
  });
});

describe('deltas in a repository', () => {
  const dir = temporary();
  let repo: Repository;

  beforeEach(() => {
    initRepository(dir.in('repo'), 'archive');
    repo = Repository.open(dir.in('repo'));
  });

  const put = (name: { from: string | undefined; to: string }) => {
    mkdirSync(dirname(superblockPath(repo, name)), { recursive: true });
    writeFileSync(superblockPath(repo, name), 'x');
  };

  it('are found, and what is none is passed over', () => {
    assert.deepEqual(listDeltas(repo), []);
    assert.deepEqual(listDeltaIndexes(repo), []);
    put({ from: FROM, to: TO });
    put({ from: undefined, to: FROM });
    mkdirSync(dir.in('repo', 'deltas', 'ab', 'noise'), { recursive: true });
    mkdirSync(dirname(superblockPath(repo, { from: TO, to: FROM })), { recursive: true });
    writeFileSync(dir.in('repo', 'deltas', 'file'), '');
    assert.deepEqual(listDeltas(repo).map(deltaId), [FROM, `${FROM}-${TO}`]);
    assert.ok(deltaExists(repo, FROM));
    assert.ok(!deltaExists(repo, TO));
  });

  it('are deleted whole', () => {
    put({ from: FROM, to: TO });
    deleteDelta(repo, `${FROM}-${TO}`);
    assert.deepEqual(listDeltas(repo), []);
    assert.throws(() => deleteDelta(repo, `${FROM}-${TO}`), { code: 'OSTREE_DELTA_MISSING' });
    assert.throws(() => deleteDelta(repo, '../../etc'), { code: 'OSTREE_DELTA_NAME' });
  });

  it('are located by name or by path', () => {
    put({ from: undefined, to: TO });
    const path = superblockPath(repo, { from: undefined, to: TO });
    assert.equal(locateSuperblock(repo, TO), path);
    assert.equal(locateSuperblock(repo, path), path);
    assert.throws(() => locateSuperblock(repo, FROM), { code: 'OSTREE_DELTA_MISSING' });
    assert.throws(() => locateSuperblock(repo, '/no/such/file'), { code: 'OSTREE_DELTA_MISSING' });
    assert.throws(() => locateSuperblock(repo, 'what'), { code: 'OSTREE_DELTA_NAME' });
  });
});
