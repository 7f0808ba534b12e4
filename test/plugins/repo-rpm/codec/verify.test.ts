import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  assessPackage,
  describeCheck,
  type Keyring,
  RpmFormatError,
  type RpmPackage,
  readKeyring,
  readPackage,
  SigTag,
  Tag,
  verifyPackage,
} from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { sharedData } from '../../../support/shared.ts';
import { buildPackage } from '../support/rpm-builder.ts';
import { fixture, fixturePackage } from './fixtures.ts';

const NO_KEYS: Keyring = new Map();

function keys(...names: string[]): Promise<Keyring> {
  return readKeyring(names.map((name) => ({ name, bytes: fixture(name) })));
}

/** Verdicts by the description of what they are of. */
function verdicts(bytes: Buffer, keyring: Keyring): Record<string, string> {
  return Object.fromEntries(
    verifyPackage(readPackage(bytes), bytes, keyring).map(({ check, verdict }) => [describeCheck(check), verdict]),
  );
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] as number) ^ 1;
  return changed;
}

/** A byte of the header that nothing depends on. */
function summaryAt(bytes: Buffer, pkg: RpmPackage): number {
  return bytes.indexOf(pkg.header.bytes(Tag.SUMMARY) as Buffer) + 2;
}

describe('verifyPackage', () => {
  it('checks all digests of packages of the formats 4 and 6', () => {
    assert.deepEqual(verdicts(fixture('basic-v4.rpm'), NO_KEYS), {
      'Header SHA256 digest': 'ok',
      'Header SHA1 digest': 'ok',
      'MD5 digest': 'ok',
      'Payload SHA256 digest': 'ok',
      'Payload SHA256 ALT digest': 'ok',
    });
    // The digests of the payload before compression hold for uncompressed ones only.
    assert.deepEqual(verdicts(fixture('basic-v6-zstd.rpm'), NO_KEYS), {
      'Header SHA3-256 digest': 'ok',
      'Header SHA256 digest': 'ok',
      'Payload SHA3-256 digest': 'ok',
      'Payload SHA3-256 ALT digest': 'unknown',
      'Payload SHA512 digest': 'ok',
      'Payload SHA512 ALT digest': 'unknown',
      'Payload SHA256 digest': 'ok',
      'Payload SHA256 ALT digest': 'unknown',
    });
  });

  it('notices a changed header and a changed payload', () => {
    const { bytes, pkg } = fixturePackage('basic-v4.rpm');
    const inHeader = verdicts(flipped(bytes, summaryAt(bytes, pkg)), NO_KEYS);
    assert.deepEqual(
      [inHeader['Header SHA256 digest'], inHeader['Header SHA1 digest'], inHeader['MD5 digest']],
      ['bad', 'bad', 'bad'],
    );
    const inPayload = verdicts(flipped(bytes, bytes.length - 5), NO_KEYS);
    assert.deepEqual([inPayload['Header SHA256 digest'], inPayload['Payload SHA256 digest']], ['ok', 'bad']);
  });

  it('says of a signature without its key what can be said', () => {
    const found = verdicts(fixture('signed-v6.rpm'), NO_KEYS);
    assert.equal(found['Header V6 Ed25519/SHA512 Signature, key ID 2365d909'], 'nokey');
    assert.equal(found['Header V6 RSA/SHA512 Signature, key ID 46105918'], 'nokey');
  });

  it('verifies RSA and Ed25519 of OpenPGP version 6', async () => {
    const found = verdicts(fixture('signed-v6.rpm'), await keys('keys-v6.asc'));
    assert.equal(found['Header V6 Ed25519/SHA512 Signature, key ID 2365d909'], 'ok');
    assert.equal(found['Header V6 RSA/SHA512 Signature, key ID 46105918'], 'ok');
  });

  it('verifies RSA, EdDSA and ECDSA of OpenPGP version 4', async () => {
    const found = verdicts(fixture('signed-v4.rpm'), await keys('keys-v4.asc', 'key-v4-ecdsa.asc'));
    assert.equal(found['Header V4 RSA/SHA512 Signature, key ID 30d073b5'], 'ok');
    assert.equal(found['Header V4 EdDSA/SHA512 Signature, key ID 27933839'], 'ok');
    assert.equal(found['Header V4 ECDSA/SHA256 Signature, key ID d139a931'], 'ok');
  });

  it('calls a signature bad when the header or the signature was changed', async () => {
    const { bytes, pkg } = fixturePackage('signed-v6.rpm');
    const keyring = await keys('keys-v6.asc');
    const header = verdicts(flipped(bytes, summaryAt(bytes, pkg)), keyring);
    assert.equal(header['Header V6 RSA/SHA512 Signature, key ID 46105918'], 'bad');
    // The middle of the first signature's numbers, in base64.
    const inSignature = Buffer.from(bytes);
    const at = bytes.indexOf(pkg.signature.stringBytes(SigTag.OPENPGP)[0] as Buffer) + 150;
    inSignature[at] = inSignature[at] === 0x41 ? 0x42 : 0x41;
    assert.ok(Object.values(verdicts(inSignature, keyring)).includes('bad'));
  });

  it('verifies version 3, over the header and over header and payload (needs ../shared)', async function () {
    const file = sharedData('rpms', 'cavaliergopher+rpm', 'centos-release-7-2.1511.el7.centos.2.10.x86_64.rpm');
    const key = sharedData('rpm-keys', 'cavaliergopher', 'RPM-GPG-KEY-CentOS-7');
    if (!file || !key) return this.skip();
    const found = verdicts(readFileSync(file), await readKeyring([{ name: key, bytes: readFileSync(key) }]));
    assert.equal(found['Header V3 RSA/SHA256 Signature, key ID f4a80eb5'], 'ok');
    assert.equal(found['V3 RSA/SHA256 Signature, key ID f4a80eb5'], 'ok');
  });

  it('does not trust SHA-1, though the key is trusted (needs ../shared)', async function () {
    const file = sharedData('rpms', 'cavaliergopher+rpm', 'centos-release-5-0.0.el5.centos.2.x86_64.rpm');
    const key = sharedData('rpm-keys', 'cavaliergopher', 'RPM-GPG-KEY-CentOS-5');
    if (!file || !key) return this.skip();
    const found = verdicts(readFileSync(file), await readKeyring([{ name: key, bytes: readFileSync(key) }]));
    assert.equal(found['Header V3 DSA/SHA1 Signature, key ID e8562897'], 'bad');
  });

  it('tries every key of an id, since ids collide (needs ../shared)', async function () {
    const files = ['keyidcollision1.pub', 'keyidcollision2.pub'].map((name) => sharedData('rpm-keys', 'rpm', name));
    const keys = files.flatMap((name) => (name ? [{ name, bytes: readFileSync(name) }] : []));
    if (keys.length < 2) return this.skip();
    const keyring = await readKeyring(keys);
    assert.deepEqual(
      Array.from(keyring.values(), (same) => same.length),
      [2],
    );
  });

  it('takes no subkey that is revoked or that its primary key did not bind (needs ../shared)', async function () {
    const read = async (name: string) => {
      const path = sharedData('rpm-keys', 'rpm', name);
      return path ? [...(await readKeyring([{ name, bytes: readFileSync(path) }])).keys()] : undefined;
    };
    const badlyBound = await read('CVE-2021-3521-badbind.asc');
    if (!badlyBound) return this.skip();
    assert.deepEqual(badlyBound, ['4344591e1964c5fc']);
    assert.deepEqual(await read('CVE-2021-3521-nosubsig.asc'), ['4344591e1964c5fc']);
    assert.deepEqual(await read('alice-revoked-subkey.asc'), []);
  });

  it('computes one digest a part when only what is needed is wanted', () => {
    const { bytes, pkg } = fixturePackage('basic-v6-zstd.rpm');
    const results = verifyPackage(pkg, bytes, NO_KEYS, { checks: 'needed' });
    assert.deepEqual(
      results.map(({ check }) => describeCheck(check)),
      ['Header SHA256 digest', 'Payload SHA256 digest'],
    );
  });

  it('calls malformed digests and signatures bad', () => {
    const bytes = fixture('signed-v6.rpm');
    const { signature } = readPackage(bytes);
    const change = (tag: number, text: string) => {
      const changed = Buffer.from(bytes);
      changed.write(text, bytes.indexOf(signature.stringBytes(tag)[0] as Buffer), 'latin1');
      return verdicts(changed, NO_KEYS);
    };
    for (const text of ['****', 'AAAA']) assert.equal(change(SigTag.OPENPGP, text)['Header OpenPGP signature'], 'bad');
    for (const text of ['zz', '  ']) assert.equal(change(SigTag.SHA256, text)['Header SHA256 digest'], 'bad');
  });
});

describe('assessPackage', () => {
  it('demands a signature of a trusted key', async () => {
    const { bytes, pkg } = fixturePackage('signed-v6.rpm');
    const trusted = assessPackage(verifyPackage(pkg, bytes, await keys('keys-v6.asc')), { signature: true });
    assert.deepEqual([trusted.ok, trusted.problems, trusted.signedBy.length], [true, [], 2]);
    const stranger = assessPackage(verifyPackage(pkg, bytes, await keys('keys-v4.asc')), { signature: true });
    assert.equal(stranger.ok, false);
    assert.match(stranger.problems[0] ?? '', /is of no trusted key/);
    assert.equal(assessPackage(verifyPackage(pkg, bytes, NO_KEYS), { signature: false }).ok, true);
  });

  it('says when there is no signature', () => {
    const { bytes, pkg } = fixturePackage('basic-v6-xz.rpm');
    assert.deepEqual(assessPackage(verifyPackage(pkg, bytes, NO_KEYS), { signature: true }).problems, [
      'it is not signed',
    ]);
  });

  it('does not take a changed payload in a package whose header is signed', async () => {
    const { bytes, pkg } = fixturePackage('signed-v6.rpm');
    const results = verifyPackage(pkg, flipped(bytes, bytes.length - 20), await keys('keys-v6.asc'));
    assert.equal(assessPackage(results, { signature: true }).ok, false);
  });

  it('does not take a package that nothing covers', () => {
    const bytes = buildPackage({ name: 'bare' });
    const { ok, problems } = assessPackage(verifyPackage(readPackage(bytes), bytes, NO_KEYS), { signature: false });
    assert.equal(ok, false);
    assert.deepEqual(problems, ['no digest covers the header', 'no digest covers the payload']);
  });
});

describe('readKeyring', () => {
  it('reads several keys of a file, armored', async () => {
    const keyring = await keys('keys-v4.asc');
    assert.deepEqual([...keyring.keys()].sort(), ['522e846427933839', 'bf8e5061142dccae', 'e964f9fb30d073b5']);
    assert.match(keyring.get('522e846427933839')?.[0]?.userId ?? '', /ed25519/);
  });

  it('reads binary keys', async () => {
    const openpgp = await import('openpgp');
    const armored = await openpgp.readKey({ armoredKey: fixture('key-v4-ecdsa.asc').toString() });
    const keyring = await readKeyring([{ name: 'binary', bytes: armored.write() }]);
    assert.deepEqual([...keyring.keys()], ['105c3db6d139a931']);
  });

  it('names the file that holds no key', async () => {
    await assert.rejects(
      readKeyring([{ name: 'junk.asc', bytes: Buffer.from('no key at all') }]),
      (error) =>
        error instanceof RpmFormatError && error.code === 'RPM_KEY_INVALID' && error.message.includes('junk.asc'),
    );
  });
});
