import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { applyDelta, superblockPath } from '../../../../plugins/store-ostree/src/delta/index.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { hasOstree, ostree, temporary } from '../support.ts';
import { clientRepository, judge, makePair, type Pair, WRITABLE } from './support.ts';

const FLAGS: Record<string, string[]> = {
  'without flags': [],
  inline: ['--inline'],
  'without bsdiff': ['--disable-bsdiff'],
  'with the other byte order': ['--swap-endianness'],
  'big endian, inline': ['--set-endianness=B', '--inline'],
  'in parts of a megabyte at most, without patches': ['--max-chunk-size=0', '--max-bsdiff-size=0'],
};

describe('applying static deltas of ostree (needs ostree)', function () {
  this.timeout(60_000);
  const dir = temporary();
  let pair: Pair;

  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(() => {
    pair = makePair(dir.path, WRITABLE[0]!);
  });

  for (const [name, flags] of Object.entries(FLAGS)) {
    it(`takes one ${name}`, () => {
      ostree(pair.repo, 'static-delta', 'generate', `--from=${pair.from}`, `--to=${pair.to}`, ...flags);
      const directory = dirname(superblockPath(Repository.open(pair.repo), pair));
      for (const mode of WRITABLE) {
        const repo = clientRepository(dir.in(mode), mode, pair);
        assert.equal(applyDelta(repo, directory), pair.to);
        judge(repo.path, pair);
      }
    });
  }

  it('takes one from nothing, in a file of its own with the parts beside it', () => {
    mkdirSync(dir.in('out'));
    const file = dir.in('out', 'my.delta');
    ostree(pair.repo, 'static-delta', 'generate', '--empty', `--to=${pair.to}`, `--filename=${file}`);
    const repo = clientRepository(dir.in('client'), 'archive', pair, false);
    assert.equal(applyDelta(repo, file), pair.to);
    judge(repo.path, pair);
  });

  it('brings the detached metadata of the commit', () => {
    ostree(pair.repo, 'commit', '--branch=main', `--tree=ref=${pair.to}`, '--add-detached-metadata-string=note=kept');
    const to = ostree(pair.repo, 'rev-parse', 'main');
    ostree(pair.repo, 'static-delta', 'generate', '--empty', `--to=${to}`, '--inline', `--filename=${dir.in('d')}`);
    const repo = clientRepository(dir.in('client'), 'archive', pair, false);
    applyDelta(repo, dir.in('d'));
    assert.equal(ostree(repo.path, 'show', '--print-detached-metadata-key=note', to), "'kept'");
  });

  it('does nothing twice', () => {
    ostree(pair.repo, 'static-delta', 'generate', `--from=${pair.from}`, `--to=${pair.to}`);
    const directory = dirname(superblockPath(Repository.open(pair.repo), pair));
    const repo = clientRepository(dir.in('client'), WRITABLE[0]!, pair);
    applyDelta(repo, directory);
    applyDelta(repo, directory);
    judge(repo.path, pair);
  });

  it('refuses one whose start is not there, and leaves the repository as it was', () => {
    ostree(pair.repo, 'static-delta', 'generate', `--from=${pair.from}`, `--to=${pair.to}`);
    const directory = dirname(superblockPath(Repository.open(pair.repo), pair));
    const repo = clientRepository(dir.in('client'), 'archive', pair, false);
    assert.throws(() => applyDelta(repo, directory), { code: 'OSTREE_DELTA_SOURCE' });
    assert.equal(repo.find(pair.to, 'commit'), undefined);
  });

  it('gives the error of the system for a path where nothing is', () => {
    const repo = clientRepository(dir.in('client'), 'archive', pair, false);
    assert.throws(() => applyDelta(repo, dir.in('nowhere')), { code: 'ENOENT' });
  });
});
