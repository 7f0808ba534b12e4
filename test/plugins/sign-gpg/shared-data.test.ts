import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testContext } from '@ostrata/testkit';
import { GpgVerifier } from '../../../plugins/sign-gpg/src/verifier.ts';
import { sharedData } from '../../support/shared.ts';

const directory = sharedData('ostree', 'ostree', 'gpg-verify-data');

describe("sign-gpg on libostree's own signatures (needs ../shared)", () => {
  before(function () {
    if (directory === undefined) this.skip();
  });

  const check = async (name: string, keys = [join(directory as string, 'pubring.gpg')]) => {
    await using context = testContext();
    const data = readFileSync(join(directory as string, 'lgpl2'));
    const signature = readFileSync(join(directory as string, name));
    return new GpgVerifier().verify(data, [signature], keys, context.ctx);
  };
  const summary = async (name: string) =>
    (await check(name)).map(({ key, verdict, expired, signer }) => [verdict, expired ?? null, key.slice(-16), signer]);

  // As gpg 2.2.40 says with --status-fd: GOODSIG, EXPKEYSIG, REVKEYSIG, NO_PUBKEY, EXPSIG.
  const user = (what: string) => `J. Random User (${what} signing key) <testcase@redhat.com>`;
  const expected = [
    ['good', null, 'E8B35B6C9A51B00B', user('valid')],
    ['expired', 'key', '29C2433005B3B666', user('expired')],
    ['revoked', null, 'BD9D2A44B7F541A6', user('revoked')],
    ['unknown-key', null, 'E769699B8E7E729C', null],
    ['expired', 'signature', 'E8B35B6C9A51B00B', user('valid')],
  ];

  for (const [index, verdict] of expected.entries()) {
    it(`lgpl2.sig${index}: ${verdict.slice(0, 2).join(' ')}`, async () => {
      assert.deepEqual(await summary(`lgpl2.sig${index}`), [verdict]);
    });
  }

  it('judges five signatures in one file one by one', async () => {
    assert.deepEqual(await summary('lgpl2.sig'), expected);
  });

  it('knows when signatures were made and what expires', async () => {
    const details = (await check('lgpl2.sig')).map((signature) => signature.details);
    assert.deepEqual(
      details.map((item) => [item?.created, item?.expires, item?.keyAlgorithm, item?.hashAlgorithm]),
      [
        [1426781828, null, 'RSA', 'SHA1'],
        [1426782182, null, 'RSA', 'SHA1'],
        [1426782478, null, 'RSA', 'SHA1'],
        [1426782907, null, 'RSA', 'SHA1'],
        [1426782650, 1426782655, 'RSA', 'SHA1'],
      ],
    );
    assert.equal(details[0]?.fingerprint, 'F1F38B2F90F0612E8258D5B2E8B35B6C9A51B00B');
    assert.ok((details[1]?.keyExpires ?? 0) > 1426782182);
  });

  it('reads every keyring that is there', async () => {
    const rings = [
      ['flatpak-keyrings', 'test-keyring', 'pubring.gpg'],
      ['flatpak-keyrings', 'test-keyring2', 'pubring.gpg'],
      ['eos-updater-gpghome', 'pubring.gpg'],
      ['eos-updater-gpghome', 'C1EB8F4E.asc'],
      ['cockpit-ostree', 'pubring.gpg'],
      ['cockpit-ostree', 'publickey.asc'],
      ['ostree', 'gpghome', 'trusted', 'pubring.gpg'],
      ['ostree', 'gpghome', 'key1.asc'],
    ].map((parts) => sharedData('ostree', ...parts) as string);
    for (const ring of rings) assert.equal((await check('lgpl2.sig0', [ring]))[0]?.verdict, 'unknown-key', ring);
    assert.equal((await check('lgpl2.sig0', [...rings, join(directory as string, 'pubring.gpg')]))[0]?.verdict, 'good');
  });
});
