import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCacheDirectory } from '../../bin/bin/compile-cache.js';

describe('the place of compiled code', () => {
  const home = mkdtempSync(join(tmpdir(), 'ostrata-home-'));
  after(() => rmSync(home, { recursive: true }));

  it('is in the cache of the user', () => {
    assert.equal(compileCacheDirectory({ HOME: home }), `${home}/.cache/ostrata/compiled`);
    assert.equal(compileCacheDirectory({ HOME: '/none', XDG_CACHE_HOME: home }), `${home}/ostrata/compiled`);
    assert.equal(compileCacheDirectory({ HOME: home, NODE_COMPILE_CACHE: '/elsewhere' }), '/elsewhere');
  });

  it('is nowhere without a home', () => {
    assert.equal(compileCacheDirectory({ HOME: '/proc/none' }), undefined);
    assert.equal(compileCacheDirectory({}), undefined);
  });

  it('is not the home of another user that sudo left in the environment (needs root)', function () {
    if (process.geteuid?.() !== 0) this.skip();
    const other = mkdtempSync(join(tmpdir(), 'ostrata-home-'));
    try {
      chownSync(other, 65534, 65534);
      assert.equal(compileCacheDirectory({ HOME: other }), undefined);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});
