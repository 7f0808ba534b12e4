import assert from 'node:assert/strict';
import fs, { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import sinon from 'sinon';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import { temporary } from '../support.ts';
import { succeed } from './support.ts';

describe('ostree verbs and fsync', () => {
  const place = temporary();
  const fsync = () => fs.fsyncSync as unknown as sinon.SinonSpy;

  beforeEach(() => {
    initRepository(place.in('repo'), 'archive');
    mkdirSync(place.in('tree'));
    for (const name of ['one', 'two', 'three', 'four', 'five']) writeFileSync(place.in('tree', name), name);
    sinon.spy(fs, 'fsyncSync');
    syncBuiltinESMExports();
  });
  afterEach(() => {
    fsync().restore();
    syncBuiltinESMExports();
  });

  /** How many files and directories are written to their device one by one while a tree is committed. */
  async function commit(...words: string[]): Promise<number> {
    await succeed(`--repo=${place.in('repo')}`, 'commit', '--orphan', ...words, place.in('tree'));
    return fsync().callCount;
  }
  /** Five files, a directory with its metadata, and the commit. */
  const OBJECTS = 8;

  it('a commit writes its objects to the device at the end', async () => assert.ok((await commit()) < OBJECTS));

  it('--fsync=false and core.fsync=false write nothing to it', async () => {
    assert.equal(await commit('--fsync=false'), 0);
    assert.equal(await commit('--disable-fsync', '--per-object-fsync'), 0);
    appendFileSync(place.in('repo/config'), 'fsync=false\n');
    writeFileSync(place.in('tree/six'), 'six');
    assert.equal(await commit(), 0);
  });

  it('--per-object-fsync writes each object as soon as it is made', async () => {
    assert.ok((await commit('--per-object-fsync')) >= OBJECTS);
  });

  it('core.per-object-fsync does as well', async () => {
    appendFileSync(place.in('repo/config'), 'per-object-fsync=true\n');
    assert.ok((await commit()) >= OBJECTS);
  });

  it('a checkout writes what it keeps unpacked, and with --fsync=false does not', async () => {
    await succeed(`--repo=${place.in('repo')}`, 'commit', '-b', 'x', '--fsync=false', place.in('tree'));
    await succeed(`--repo=${place.in('repo')}`, 'checkout', '-U', '--fsync=false', 'x', place.in('first'));
    assert.equal(fsync().callCount, 0);
    fs.rmSync(place.in('repo/uncompressed-objects-cache'), { recursive: true });
    await succeed(`--repo=${place.in('repo')}`, 'checkout', '-U', 'x', place.in('second'));
    assert.equal(fsync().callCount, 5);
  });
});
