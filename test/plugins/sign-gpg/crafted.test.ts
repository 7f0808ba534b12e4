import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, testContext } from '@ostrata/testkit';
import { config, enums, PacketList, SignaturePacket } from 'openpgp';
import { GpgVerifier } from '../../../plugins/sign-gpg/src/verifier.ts';
import { KEY_TIME, type TestKey, testKey } from './support.ts';

const DATA = Buffer.from('some bytes');

describe('OpenPGP signatures that no program makes', () => {
  let context: TestContext;
  let key: TestKey;
  before(async () => {
    key = await testKey('one');
  });
  beforeEach(() => {
    context = testContext();
  });
  afterEach(() => context[Symbol.asyncDispose]());

  /** A signature of any type, from any time, by the key. */
  const craft = async (signatureType: enums.signature, date: Date): Promise<Buffer> => {
    const secret = key.secret.keyPacket;
    const packet = new SignaturePacket();
    const fields = {
      signatureType,
      publicKeyAlgorithm: secret.algorithm,
      hashAlgorithm: enums.hash.sha512,
      issuerKeyVersion: secret.version,
      issuerFingerprint: secret.getFingerprintBytes(),
      issuerKeyID: secret.getKeyID(),
    };
    Object.assign(packet, fields);
    const signed = { text: null, getBytes: () => DATA } as unknown as Uint8Array;
    // The library takes a configuration here that its types leave out.
    await (packet.sign as (...args: unknown[]) => Promise<void>).call(packet, secret, signed, date, true, config);
    const list = new PacketList<SignaturePacket>();
    list.push(packet);
    return Buffer.from(list.write() as Uint8Array);
  };
  const verdicts = async (signature: Uint8Array, data: Uint8Array = DATA) => {
    const ring = { keys: Buffer.from(key.armoredPublic), name: 'ring' };
    return (await new GpgVerifier().verify(data, [signature], [ring], context.ctx)).map(({ verdict }) => verdict);
  };
  const later = new Date(KEY_TIME.getTime() + 1000);

  it('are good when nothing is wrong with them', async () => {
    assert.deepEqual(await verdicts(await craft(enums.signature.binary, later)), ['good']);
    assert.deepEqual(await verdicts(await craft(enums.signature.text, later)), ['good']);
  });

  it('are bad when they are older than the key', async () => {
    const earlier = new Date(KEY_TIME.getTime() - 1000);
    assert.deepEqual(await verdicts(await craft(enums.signature.binary, earlier)), ['bad']);
  });

  it('are bad when they are standalone: they cover nothing', async () => {
    const signature = await craft(enums.signature.standalone, later);
    assert.deepEqual(await verdicts(signature), ['bad']);
    assert.deepEqual(await verdicts(signature, Buffer.from('other')), ['bad']);
  });

  it('are bad when another packet stands beside them, even one that readers skip', async () => {
    const signature = await craft(enums.signature.binary, later);
    const marker = Buffer.from('ca03504750', 'hex');
    assert.deepEqual(await verdicts(Buffer.concat([signature, marker])), ['bad']);
    assert.deepEqual(await verdicts(Buffer.concat([marker, signature])), ['bad']);
    assert.deepEqual(await verdicts(Buffer.concat([signature, signature])), ['good', 'good']);
  });

  it('are of an unknown key where only the old file of secret keys has it', async () => {
    const trust = join(context.ctx.environment.tempDir, 'trust');
    mkdirSync(trust);
    writeFileSync(join(trust, 'secring.gpg'), key.secret.write());
    writeFileSync(join(trust, 'trustdb.gpg'), 'no keyring');
    writeFileSync(join(trust, 'README'), 'no keyring');
    const signature = await craft(enums.signature.binary, later);
    const check = async () => (await new GpgVerifier().verify(DATA, [signature], [{ trust }], context.ctx))[0]?.verdict;
    assert.equal(await check(), 'unknown-key');
    writeFileSync(join(trust, 'more.gpg'), key.secret.toPublic().write());
    assert.equal(await check(), 'good');
  });
});
