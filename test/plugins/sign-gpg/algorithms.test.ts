import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, testContext } from '@ostrata/testkit';
import { GpgVerifier } from '../../../plugins/sign-gpg/src/verifier.ts';
import { missing, tool } from '../../support/tools.ts';

const absent = missing('gpg', 'gpgconf');

describe(`algorithms as gpg has them (needs ${absent.join(', ') || 'gpg'})`, () => {
  let directory: string;
  let context: TestContext;
  const gpg = (...args: string[]) => tool(['gpg', '--homedir', join(directory, 'home'), '--batch', '--yes', ...args]);
  before(function () {
    if (absent.length > 0) this.skip();
    directory = mkdtempSync(join(tmpdir(), 'ostrata-gpg-'));
    mkdirSync(join(directory, 'home'), { mode: 0o700 });
    writeFileSync(join(directory, 'data'), 'some lines\nof text\n');
  });
  after(() => {
    if (directory === undefined) return;
    tool(['gpgconf', '--homedir', join(directory, 'home'), '--kill', 'all']);
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    context = testContext();
  });
  afterEach(() => context[Symbol.asyncDispose]());

  const check = async (algorithm: string, args: readonly string[]) => {
    const [file, data] = [join(directory, 'sig'), join(directory, 'data')];
    gpg('--local-user', algorithm, ...args, '--output', file, '--detach-sign', data);
    const said = spawnSync('gpg', ['--homedir', join(directory, 'home'), '--status-fd', '1', '--verify', file, data]);
    const ctx = { ...context.ctx, now: () => Math.floor(Date.now() / 1000) };
    const ring = join(directory, 'home', 'pubring.kbx');
    const found = await new GpgVerifier().verify(readFileSync(data), [readFileSync(file)], [ring], ctx);
    return { gpg: / GOODSIG /.test(said.stdout.toString()), ours: found[0]?.verdict === 'good', found };
  };

  for (const [algorithm, ...digests] of [
    ['rsa1024', 'SHA1', 'SHA256', 'SHA512'],
    ['nistp256', 'SHA256'],
    ['nistp384', 'SHA512'],
    ['ed25519', 'SHA256', 'SHA512'],
  ] as const) {
    it(`${algorithm} with ${digests.join(', ')}, as text, armored`, async () => {
      gpg('--passphrase', '', '--quick-generate-key', algorithm, algorithm, 'sign');
      const variants = [...digests.map((digest) => ['--digest-algo', digest]), ['--textmode'], ['--armor']];
      for (const args of variants) {
        const { gpg, ours } = await check(algorithm, args);
        assert.deepEqual([gpg, ours], [true, true], args.join(' '));
      }
    });
  }

  it('MD5 is refused by both', async () => {
    const { gpg, ours } = await check('rsa1024', ['--digest-algo', 'MD5']);
    assert.deepEqual([gpg, ours], [false, false]);
  });

  it('what gpg alone can check is bad, with a warning', async () => {
    gpg('--passphrase', '', '--quick-generate-key', 'other', 'brainpoolP256r1', 'sign');
    for (const [key, ...args] of [['other'], ['ed25519', '--digest-algo', 'SHA1']] as const) {
      const { gpg, found } = await check(key, args);
      assert.deepEqual([gpg, found[0]?.verdict], [true, 'bad']);
      const last = context.events.at(-1);
      assert.equal(last?.type === 'warning' ? last.code : null, 'GPG_UNSUPPORTED');
    }
  });
});
