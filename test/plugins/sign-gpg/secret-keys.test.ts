import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaTable, type TestContext, testContext } from '@ostrata/testkit';
import plugin from '../../../plugins/sign-gpg/src/index.ts';
import { GpgSigner } from '../../../plugins/sign-gpg/src/signer.ts';
import { GpgVerifier } from '../../../plugins/sign-gpg/src/verifier.ts';
import { testKey } from './support.ts';

const DATA = Buffer.from('some bytes');

describe('files of secret OpenPGP keys', () => {
  let context: TestContext;
  const signer = new GpgSigner();
  beforeEach(() => {
    context = testContext();
  });
  afterEach(() => context[Symbol.asyncDispose]());

  const write = (content: string | Uint8Array) => {
    const path = join(context.ctx.environment.tempDir, 'secret');
    writeFileSync(path, content);
    return path;
  };
  const sign = (from: string, id: string | null) => signer.sign(DATA, [{ from, id }], context.ctx);

  it('may be binary, and have several keys of which one is named', async () => {
    const [one, two] = [await testKey('one'), await testKey('two')];
    const from = write(Buffer.concat([one, two].map(({ secret }) => Buffer.from(secret.write()))));
    const fingerprint = two.secret.getFingerprint();
    const ids = [
      'two',
      'two@example.com',
      fingerprint,
      fingerprint.slice(-16).toUpperCase(),
      `0x${fingerprint.slice(-8)}`,
    ];
    for (const id of ids) {
      const found = await new GpgVerifier().verify(
        DATA,
        await sign(from, id),
        [{ keys: Buffer.from(two.armoredPublic), name: 'two' }],
        context.ctx,
      );
      assert.deepEqual(
        found.map(({ verdict }) => verdict),
        ['good'],
        id,
      );
    }
  });

  it('are not guessed at', async () => {
    const keys = await Promise.all(['one', 'two'].map((name) => testKey(name)));
    const from = write(keys.map(({ armoredSecret }) => armoredSecret).join('\n'));
    const hint = new RegExp(keys[0]?.secret.getFingerprint().toUpperCase() as string);
    await assert.rejects(sign(from, null), { code: 'GPG_KEY_UNKNOWN', message: /2 secret keys/, hint });
    await assert.rejects(sign(from, 'example.com'), { code: 'GPG_KEY_UNKNOWN' });
    await assert.rejects(sign(from, 'three'), { code: 'GPG_KEY_UNKNOWN', message: /no secret key three/ });
  });

  it('are refused when they hold only public keys, or need a passphrase', async () => {
    await assert.rejects(sign(write((await testKey('one')).armoredPublic), null), { code: 'GPG_KEY_INVALID' });
    const locked = await testKey('locked', { passphrase: 'secret' });
    await assert.rejects(sign(write(locked.armoredSecret), null), { code: 'GPG_KEY_PROTECTED', hint: /gpg-agent/ });
  });

  it('are refused when the key has expired', async () => {
    const expired = await testKey('old', { keyExpirationTime: 1000 });
    await assert.rejects(sign(write(expired.armoredSecret), null), { code: 'GPG_SIGNING_FAILED', message: /expired/ });
  });
});

describe('configuration of sign-gpg', () => {
  const rows = schemaTable(plugin, [
    { name: 'signs nothing by itself', config: {}, becomes: { keys: [] } },
    { name: 'takes a key of the user', config: { keys: [{ key: 'A' }] }, becomes: { keys: [{ key: 'A' }] } },
    { name: 'takes no key that says nothing', config: { keys: [{}] }, wrongAt: ['/keys/0'] },
    { name: 'takes no key of two places', config: { keys: [{ file: 'a', homedir: 'b' }] }, wrongAt: ['/keys/0'] },
    { name: 'knows its options', config: { keys: [{ key: 'A', more: 1 }] }, wrongAt: ['/keys/0'] },
  ]);
  for (const { name, run } of rows) it(name, run);
});
