import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, isHostError } from '@ostrata/core';
import { checkRepomdSignature } from '../../../../plugins/repo-rpm/src/source/repomd-signature.ts';
import { sharedData } from '../../../support/shared.ts';

/** Checks a real repository's signature on a day; says the reason when it is refused. */
async function check(
  folder: string,
  day: string,
  change: (repomd: Buffer) => Buffer = (same) => same,
): Promise<string> {
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  const ctx = { now: () => Date.parse(day) / 1000 } as Context;
  const keys = [{ name: 'key', bytes: read('repomd.xml.key') }];
  try {
    await checkRepomdSignature('r', change(read('repomd.xml')), read('repomd.xml.asc'), keys, ctx);
    return 'good';
  } catch (error) {
    assert.ok(isHostError(error), String(error));
    assert.equal(error.code, 'SOURCE_METADATA_SIGNATURE');
    return error.message;
  }
}

describe('repo-rpm source: signatures of real repositories (needs ../shared)', () => {
  const at = (...parts: string[]): string | undefined => sharedData('rpmmd', ...parts, 'repodata');

  it('takes a good signature while its key is valid, and no other bytes', async function () {
    const folder = at('libzypp-yum', 'ZCHUNK');
    if (folder === undefined) return this.skip();
    assert.equal(await check(folder, '2020-02-01'), 'good');
    assert.match(await check(folder, '2040-01-01'), /expired/i);
    assert.match(
      await check(folder, '2020-02-01', (repomd) => Buffer.concat([repomd, Buffer.from(' ')])),
      /digest|signature/i,
    );
  });

  it('refuses signatures by methods that are broken, and what is no detached signature', async function () {
    const old = at('OBS_zypp_svn-11.1');
    const inline = at('opensuse-11.x-delta');
    if (old === undefined || inline === undefined) return this.skip();
    assert.notEqual(await check(old, '2008-12-01'), 'good');
    assert.notEqual(await check(inline, '2008-12-01'), 'good');
  });
});
