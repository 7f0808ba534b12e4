import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packageChecks, type SignaturePacket } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { parseSignature } from '../../../../plugins/repo-rpm/src/codec/openpgp-packet.ts';
import { codeOf, fixturePackage } from './fixtures.ts';

function packets(name: string): { packet: SignaturePacket; bytes: Buffer }[] {
  return packageChecks(fixturePackage(name).pkg).flatMap((check) => (check.kind === 'signature' ? [check] : []));
}

/** A signature of version 3: type 0, made at 1,000,000,000 by the key 0123456789abcdef with RSA and SHA-256. */
const VERSION_3 = Buffer.from('88160305003b9aca000123456789abcdef0108beef0008ff', 'hex');

describe('parseSignature', () => {
  it('reads version 3', () => {
    const packet = parseSignature(VERSION_3);
    assert.deepEqual(
      [packet.version, packet.type, packet.created, packet.keyId],
      [3, 0, 1_000_000_000, '0123456789abcdef'],
    );
    assert.deepEqual([packet.keyAlgorithm, packet.hash, packet.hashStart], [1, 'sha256', 0xbeef]);
    assert.equal(Buffer.from(packet.trailer).toString('hex'), '003b9aca00');
    assert.equal(Buffer.from(packet.material).toString('hex'), '0008ff');
  });

  it('reads versions 4 and 6 with their issuers, salts and trailers', () => {
    const [v4] = packets('signed-v4.rpm');
    assert.ok(v4);
    assert.deepEqual([v4.packet.version, v4.packet.salt.length], [4, 0]);
    assert.equal(Buffer.from(v4.packet.trailer).readUInt16BE(v4.packet.trailer.length - 6), 0x04ff);
    const [v6] = packets('signed-v6.rpm');
    assert.ok(v6);
    assert.deepEqual([v6.packet.version, v6.packet.salt.length, v6.packet.keyId.length], [6, 32, 16]);
    assert.equal(Buffer.from(v6.packet.trailer).readUInt16BE(v6.packet.trailer.length - 6), 0x06ff);
    assert.ok(v6.packet.created > 1_700_000_000);
  });

  it('refuses other packets, other versions and every truncation', () => {
    const bad = (bytes: Uint8Array) =>
      assert.equal(
        codeOf(() => parseSignature(bytes)),
        'RPM_SIGNATURE_INVALID',
      );
    bad(Buffer.from('0016', 'hex'));
    bad(Buffer.from('990102', 'hex'));
    bad(Buffer.from('880109', 'hex'));
    bad(Buffer.from('8b', 'hex'));
    bad(Buffer.concat([VERSION_3, VERSION_3]));
    for (const { bytes } of [...packets('signed-v4.rpm'), ...packets('signed-v6.rpm')]) {
      for (let length = 0; length < bytes.length; length++) bad(bytes.subarray(0, length));
    }
  });

  it('never fails without a code', () => {
    const samples = [VERSION_3, ...packets('signed-v6.rpm').map(({ bytes }) => bytes)];
    const change = fc.tuple(fc.nat(80), fc.nat(255));
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 4 }), (bytes, changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
        codeOf(() => parseSignature(damaged));
      }),
      { numRuns: 500, seed: 23 },
    );
  });
});
