import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GenerateOptions } from '../../../../plugins/store-ostree/src/delta/generate.ts';
import {
  applyDelta,
  deltaId,
  describeDelta,
  formatDelta,
  listDeltas,
} from '../../../../plugins/store-ostree/src/delta/index.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { hasOstree, MODES, ostree, run, temporary } from '../support.ts';
import { clientRepository, judge, makeDelta, makePair, type Pair, WRITABLE } from './support.ts';

const OPTIONS: Record<string, GenerateOptions> = {
  'with the defaults': {},
  inline: { inline: true },
  'without bsdiff': { bsdiff: false },
  'big endian': { endianness: 'big' },
  'in many parts': { maxChunkSize: 20_000 },
  'in many inline parts, big endian': { maxChunkSize: 20_000, inline: true, endianness: 'big' },
};

const sizeOf = (directory: string): number =>
  readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

describe('making static deltas (needs ostree)', function () {
  this.timeout(60_000);
  const dir = temporary();

  before(function () {
    if (!hasOstree) this.skip();
  });

  for (const mode of WRITABLE) {
    it(`ostree applies all kinds that a ${mode} repository makes`, () => {
      const pair = makePair(dir.path, mode);
      for (const [name, options] of Object.entries(OPTIONS)) {
        const { path, rollsums, patches } = makeDelta(pair, options);
        assert.equal(rollsums, 1, name);
        assert.equal(patches, options.bsdiff === false ? 0 : 2, name);
        const repo = clientRepository(dir.in(name), WRITABLE[0]!, pair);
        ostree(repo.path, 'static-delta', 'apply-offline', options.inline ? path : dirname(path));
        judge(repo.path, pair);
      }
    });
  }

  it('this program applies them in every mode', () => {
    const pair = makePair(dir.path, WRITABLE[0]!);
    for (const options of Object.values(OPTIONS)) {
      const { path } = makeDelta(pair, options);
      for (const mode of WRITABLE) {
        const repo = clientRepository(dir.in(`${mode}-${Math.random()}`), mode, pair);
        assert.equal(applyDelta(repo, path), pair.to);
        judge(repo.path, pair);
      }
    }
  });

  it('ostree pulls with them, from an earlier commit and from nothing', () => {
    const pair = makePair(dir.path, 'archive');
    makeDelta(pair);
    makeDelta(pair, { scratch: true });
    ostree(pair.repo, 'summary', '-u');
    for (const [name, withFrom] of [
      ['update', true],
      ['fresh', false],
    ] as const) {
      const repo = clientRepository(dir.in(name), WRITABLE[0]!, pair, withFrom).path;
      if (withFrom) ostree(repo, 'refs', pair.from, '--create=origin:main');
      ostree(repo, 'remote', 'add', '--no-gpg-verify', 'origin', `file://${pair.repo}`);
      ostree(repo, 'pull', '--require-static-deltas', 'origin', 'main');
      judge(repo, pair);
    }
  });

  it('ostree lists and shows them as this program does, by name and by path', () => {
    const pair = makePair(dir.path, 'archive');
    const repo = Repository.open(pair.repo);
    for (const options of [
      { maxChunkSize: 20_000, minFallbackSize: 8000 },
      { endianness: 'big' },
      { scratch: true },
    ] as const) {
      const { path } = makeDelta(pair, options);
      const name = { from: 'scratch' in options ? undefined : pair.from, to: pair.to };
      for (const id of [deltaId(name), path]) {
        assert.equal(ostree(pair.repo, 'static-delta', 'show', id), formatDelta(describeDelta(repo, id)).join('\n'));
      }
    }
    const theirs = ostree(pair.repo, 'static-delta', 'list').split('\n').sort();
    assert.deepEqual(listDeltas(repo).map(deltaId), theirs);
    assert.equal(theirs.length, 2);
  });

  it('they are no larger than those of ostree', () => {
    const pair = makePair(dir.path, WRITABLE[0]!);
    const ours = dirname(makeDelta(pair).path);
    const size = sizeOf(ours);
    ostree(pair.repo, 'static-delta', 'generate', `--from=${pair.from}`, `--to=${pair.to}`);
    assert.ok(size <= sizeOf(ours) * 1.05, `${size} and ${sizeOf(ours)} bytes`);
  });

  it('leaves large files that resemble none to be fetched, by the size of the object', () => {
    const pair = makePair(dir.path, 'archive');
    const { fallbacks } = makeDelta(pair, { minFallbackSize: 8000 });
    assert.equal(fallbacks.length, 2);
    const repo = clientRepository(dir.in('client'), 'archive', pair);
    const directory = dirname(makeDelta(pair, { minFallbackSize: 8000 }).path);
    assert.throws(() => applyDelta(repo, directory), { code: 'OSTREE_DELTA_FALLBACK' });
    assert.equal(repo.find(pair.to, 'commit'), undefined);
    assert.deepEqual(makeDelta(pair, { minFallbackSize: 0 }).fallbacks, []);
  });

  it('gives the same bytes each time, and removes the parts of a longer one before', () => {
    const pair = makePair(dir.path, WRITABLE[0]!);
    const repo = Repository.open(pair.repo);
    const timestamp = 1_700_000_000;
    const long = makeDelta(pair, { maxChunkSize: 20_000, timestamp });
    assert.deepEqual(makeDelta(pair, { maxChunkSize: 20_000, timestamp }).parts, long.parts);
    const { path, parts } = makeDelta(pair, { timestamp });
    assert.deepEqual(readdirSync(dirname(path)).sort(), [...parts.keys().map(String), 'superblock']);
    assert.equal(describeDelta(repo, deltaId(pair)).parts.length, parts.length);
  });

  it('carries what is in a bare-user-only repository', () => {
    const pair = makePair(dir.path, WRITABLE[0]!);
    const tree = dir.in('checkout');
    ostree(pair.repo, 'checkout', '-U', pair.from, tree);
    const repo = dir.in('user-only');
    run('ostree', `--repo=${repo}`, 'init', '--mode=bare-user-only');
    const commit = (ref: string) =>
      ostree(repo, 'commit', `--branch=${ref}`, '--canonical-permissions', `--tree=dir=${tree}`);
    const from = commit('a');
    run('sh', '-c', `echo more >>${tree}/usr/share/doc/text; echo x >${tree}/usr/share/added`);
    const second: Pair = { repo, from, to: commit('b') };
    const { path } = makeDelta(second);
    for (const mode of MODES.filter((name) => name === 'bare-user-only' || WRITABLE.includes(name))) {
      const client = clientRepository(dir.in(`client-${mode}`), mode, second);
      applyDelta(client, path);
      judge(client.path, second);
    }
  });
});
