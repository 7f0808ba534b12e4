import { createPublicKey, createVerify, type KeyObject, verify } from 'node:crypto';
import type { SignaturePacket } from './openpgp-packet.ts';

/** The public part of a key, as OpenPGP stores it: big-endian integers, points and the oid of the curve. */
export interface KeyMaterial {
  readonly algorithm: number;
  /** Curve of elliptic keys by the name openpgp.js gives it. */
  readonly curve?: string;
  readonly parameters: Readonly<Record<string, Uint8Array>>;
}

const RSA = new Set([1, 2, 3]);
const DSA = 17;
const ECDSA = 19;
const EDDSA_LEGACY = 22;
const ED25519 = 27;
const ED448 = 28;

const CURVES: Partial<Record<string, readonly [jwk: string, size: number]>> = {
  nistP256: ['P-256', 32],
  nistP384: ['P-384', 48],
  nistP521: ['P-521', 66],
};

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(
    body.length.toString(16).padStart(body.length > 0xffff ? 6 : body.length > 0xff ? 4 : 2, '0'),
    'hex',
  );
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

function derInteger(bytes: Uint8Array): Buffer {
  return der(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** SubjectPublicKeyInfo of a DSA key (RFC 3279, 2.3.2): there is no JWK of it. */
function dsaKey({ p, q, g, y }: KeyMaterial['parameters']): KeyObject | undefined {
  if (!p || !q || !g || !y) return undefined;
  const oid = Buffer.from('06072a8648ce380401', 'hex');
  const algorithm = der(0x30, oid, der(0x30, derInteger(p), derInteger(q), derInteger(g)));
  const key = der(0x30, algorithm, der(0x03, Buffer.from([0]), derInteger(y)));
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** Makes a key that node:crypto can use, or undefined for an algorithm it does not know. */
export function importKey({ algorithm, curve, parameters }: KeyMaterial): KeyObject | undefined {
  const { n, e, Q, A } = parameters;
  if (RSA.has(algorithm) && n && e) {
    return createPublicKey({ key: { kty: 'RSA', n: base64url(n), e: base64url(e) }, format: 'jwk' });
  }
  if (algorithm === DSA) return dsaKey(parameters);
  if (algorithm === ECDSA && Q) {
    const known = CURVES[curve ?? ''];
    if (!known) return undefined;
    const [crv, size] = known;
    const key = { kty: 'EC', crv, x: base64url(Q.subarray(1, 1 + size)), y: base64url(Q.subarray(1 + size)) };
    return createPublicKey({ key, format: 'jwk' });
  }
  // The older form of Ed25519 puts 0x40 before the point.
  const point = algorithm === EDDSA_LEGACY && Q ? Q.subarray(1) : A;
  if (point && (algorithm === EDDSA_LEGACY || algorithm === ED25519 || algorithm === ED448)) {
    const key = { kty: 'OKP', crv: algorithm === ED448 ? 'Ed448' : 'Ed25519', x: base64url(point) };
    return createPublicKey({ key, format: 'jwk' });
  }
  return undefined;
}

/** Integers with their length in bits before them (RFC 9580, 3.2); undefined when malformed. */
function integers(material: Uint8Array, count: number): Buffer[] | undefined {
  const bytes = Buffer.from(material.buffer, material.byteOffset, material.byteLength);
  const found: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 2 > bytes.length) return undefined;
    const size = Math.ceil(bytes.readUInt16BE(at) / 8);
    if (at + 2 + size > bytes.length) return undefined;
    found.push(bytes.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return at === bytes.length ? found : undefined;
}

function leftPad(bytes: Uint8Array, size: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(0, size - bytes.length)), bytes]);
}

/** The signature in the form node:crypto takes; undefined when malformed. */
function rawSignature({ keyAlgorithm, material }: SignaturePacket, key: KeyObject): Buffer | undefined {
  if (keyAlgorithm === ED25519 || keyAlgorithm === ED448) return Buffer.from(material);
  if (RSA.has(keyAlgorithm)) {
    const [s] = integers(material, 1) ?? [];
    return s && leftPad(s, Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8));
  }
  const [r, s] = integers(material, 2) ?? [];
  if (!r || !s) return undefined;
  if (keyAlgorithm === EDDSA_LEGACY) return Buffer.concat([leftPad(r, 32), leftPad(s, 32)]);
  return der(0x30, derInteger(trimmed(r)), derInteger(trimmed(s)));
}

function trimmed(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start < 0 ? Buffer.from([0]) : bytes.subarray(start);
}

/** A verification under way: fed with what the signature covers, then asked. */
export interface Verification {
  update(bytes: Uint8Array): void;
  /** @param digest of everything fed, for the algorithms that sign the digest. */
  verify(digest: Buffer): boolean;
}

/** Begins to verify a signature of a binary document. */
export function beginVerification(packet: SignaturePacket, key: KeyObject): Verification {
  const signature = rawSignature(packet, key);
  const { keyAlgorithm, hash } = packet;
  if (!signature || hash === undefined) return { update: () => {}, verify: () => false };
  if (keyAlgorithm === EDDSA_LEGACY || keyAlgorithm === ED25519 || keyAlgorithm === ED448) {
    return { update: () => {}, verify: (digest) => verify(null, digest, key, signature) };
  }
  const verifier = createVerify(hash);
  return { update: (bytes) => verifier.update(bytes), verify: () => verifier.verify(key, signature) };
}
