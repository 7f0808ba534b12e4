import { RpmFormatError } from './errors.ts';
import { hashAlgorithm } from './files.ts';

/** An OpenPGP signature packet, as far as verifying needs it. Source: RFC 9580, 5.2; version 3 from RFC 4880, 5.2.2. */
export interface SignaturePacket {
  readonly version: 3 | 4 | 5 | 6;
  /** 0 for a signature over binary data, the only type packages use. */
  readonly type: number;
  /** Number of the public key algorithm. */
  readonly keyAlgorithm: number;
  readonly hashId: number;
  /** Node's name of the hash algorithm, or undefined when it has none. */
  readonly hash: string | undefined;
  /** Key ID in 16 hexadecimal digits, or empty when the packet names none. */
  readonly keyId: string;
  /** Seconds since 1970; 0 when the packet does not say. */
  readonly created: number;
  /** What is hashed before (version 6) and after the signed data. */
  readonly salt: Uint8Array;
  readonly trailer: Uint8Array;
  /** The first two bytes of the hash. */
  readonly hashStart: number;
  /** The algorithm's own part: integers with lengths in bits, or plain bytes for Ed25519 and later. */
  readonly material: Uint8Array;
}

const SIGNATURE_TAG = 2;
const SUBPACKET_CREATED = 2;
const SUBPACKET_ISSUER = 16;
const SUBPACKET_FINGERPRINT = 33;
const EMPTY = new Uint8Array(0);

function invalid(why: string): RpmFormatError {
  return new RpmFormatError('RPM_SIGNATURE_INVALID', `an OpenPGP signature is malformed: ${why}`);
}

/** Takes bytes off the front; fails at the end. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(count: number): Buffer {
    if (count > this.left) throw invalid('it ends too early');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  number(width: number): number {
    return this.take(width).readUIntBE(0, width);
  }

  since(start: number): Buffer {
    return this.#bytes.subarray(start, this.#at);
  }
}

/** The lengths of new packets and of subpackets: one, two or five bytes. */
function variableLength(cursor: Cursor): number {
  const first = cursor.number(1);
  if (first < 192) return first;
  if (first < 224) return ((first - 192) << 8) + cursor.number(1) + 192;
  if (first === 255) return cursor.number(4);
  throw invalid('it uses partial lengths');
}

function packetBody(cursor: Cursor): { tag: number; body: Buffer } {
  const first = cursor.number(1);
  if ((first & 0x80) === 0) throw invalid('it does not begin with a packet');
  if ((first & 0x40) !== 0) {
    const length = variableLength(cursor);
    return { tag: first & 0x3f, body: cursor.take(length) };
  }
  const width = [1, 2, 4][first & 3];
  if (width === undefined) throw invalid('it has no length');
  return { tag: (first >> 2) & 0x0f, body: cursor.take(cursor.number(width)) };
}

interface Subpackets {
  created: number;
  keyId: string;
}

function readSubpackets(area: Uint8Array, hashed: boolean, into: Subpackets): void {
  const cursor = new Cursor(area);
  while (cursor.left > 0) {
    const length = variableLength(cursor);
    if (length < 1) throw invalid('a subpacket is empty');
    const type = cursor.number(1) & 0x7f;
    const data = cursor.take(length - 1);
    if (type === SUBPACKET_CREATED && hashed && data.length === 4) into.created = data.readUInt32BE(0);
    else if (type === SUBPACKET_ISSUER && data.length === 8) into.keyId ||= data.toString('hex');
    else if (type === SUBPACKET_FINGERPRINT && data.length > 8) {
      const fingerprint = data.subarray(1);
      into.keyId ||= (data[0] === 4 ? fingerprint.subarray(-8) : fingerprint.subarray(0, 8)).toString('hex');
    }
  }
}

function parseVersion3(cursor: Cursor): SignaturePacket {
  if (cursor.number(1) !== 5) throw invalid('the hashed part of version 3 has another length than 5');
  const trailer = Buffer.from(cursor.take(5));
  const keyId = cursor.take(8).toString('hex');
  const keyAlgorithm = cursor.number(1);
  const hashId = cursor.number(1);
  const hashStart = cursor.number(2);
  return {
    version: 3,
    type: trailer.readUInt8(0),
    keyAlgorithm,
    hashId,
    hash: hashAlgorithm(hashId),
    keyId,
    created: trailer.readUInt32BE(1),
    salt: EMPTY,
    trailer,
    hashStart,
    material: cursor.take(cursor.left),
  };
}

function parseVersion4(cursor: Cursor, version: 4 | 5 | 6): SignaturePacket {
  const start = cursor.at - 1;
  const type = cursor.number(1);
  const keyAlgorithm = cursor.number(1);
  const hashId = cursor.number(1);
  const countWidth = version === 6 ? 4 : 2;
  const found: Subpackets = { created: 0, keyId: '' };
  readSubpackets(cursor.take(cursor.number(countWidth)), true, found);
  const hashed = cursor.since(start);
  readSubpackets(cursor.take(cursor.number(countWidth)), false, found);
  const hashStart = cursor.number(2);
  const salt = version === 6 ? cursor.take(cursor.number(1)) : EMPTY;
  const end = Buffer.alloc(version === 5 ? 10 : 6);
  end.writeUInt8(version, 0);
  end.writeUInt8(0xff, 1);
  end.writeUInt32BE(hashed.length, end.length - 4);
  return {
    version,
    type,
    keyAlgorithm,
    hashId,
    hash: hashAlgorithm(hashId),
    ...found,
    salt,
    trailer: Buffer.concat([hashed, end]),
    hashStart,
    material: cursor.take(cursor.left),
  };
}

/**
 * Parses a packet, which must be one signature of version 3, 4, 5 or 6.
 * @throws RpmFormatError RPM_SIGNATURE_INVALID.
 */
export function parseSignature(bytes: Uint8Array): SignaturePacket {
  const outer = new Cursor(bytes);
  const { tag, body } = packetBody(outer);
  if (tag !== SIGNATURE_TAG) throw invalid('it is another packet');
  if (outer.left > 0) throw invalid('something follows it');
  const cursor = new Cursor(body);
  const version = cursor.number(1);
  if (version === 3) return parseVersion3(cursor);
  if (version === 4 || version === 5 || version === 6) return parseVersion4(cursor, version);
  throw invalid(`version ${version} is unknown`);
}

const KEY_ALGORITHMS: Partial<Record<number, string>> = {
  1: 'RSA',
  2: 'RSA',
  3: 'RSA',
  16: 'Elgamal',
  17: 'DSA',
  19: 'ECDSA',
  22: 'EdDSA',
  27: 'Ed25519',
  28: 'Ed448',
  30: 'ML-DSA-65+Ed25519',
  31: 'ML-DSA-87+Ed448',
};

/** The name of a public key algorithm by its number. */
export function keyAlgorithmName(id: number): string {
  return KEY_ALGORITHMS[id] ?? `algorithm ${id}`;
}
