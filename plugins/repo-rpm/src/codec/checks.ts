import { RpmFormatError } from './errors.ts';
import { hashAlgorithm } from './files.ts';
import type { Header } from './header.ts';
import { parseSignature, type SignaturePacket } from './openpgp-packet.ts';
import type { RpmPackage } from './package.ts';
import { SigTag } from './signature-tags.ts';
import { Tag, TagType } from './tags.ts';

/** The bytes of the file that a digest or signature covers: the main header with its magic, the compressed payload, or both. */
export type CheckRange = 'header' | 'payload' | 'header+payload';

/** A digest that the package states of itself. */
export interface DigestCheck {
  readonly kind: 'digest';
  readonly range: CheckRange;
  /** Name for node:crypto. */
  readonly algorithm: string;
  /** Hexadecimal, lower case. */
  readonly expected: string;
  /** Of the payload before compression: it holds when the payload is stored without any, and else says nothing. */
  readonly alternative: boolean;
}

/** An OpenPGP signature of the package. */
export interface SignatureCheck {
  readonly kind: 'signature';
  readonly range: CheckRange;
  readonly packet: SignaturePacket;
  /** The packet as it is in the package. */
  readonly bytes: Buffer;
}

export type PackageCheck = DigestCheck | SignatureCheck;

interface Source {
  readonly tag: number;
  readonly range: CheckRange;
}

const SIGNATURES: readonly Source[] = [
  { tag: SigTag.OPENPGP, range: 'header' },
  { tag: SigTag.RSA, range: 'header' },
  { tag: SigTag.DSA, range: 'header' },
  { tag: SigTag.PGP, range: 'header+payload' },
  { tag: SigTag.GPG, range: 'header+payload' },
];

const SIGNATURE_DIGESTS: readonly (Source & { readonly algorithm: string; readonly length: number })[] = [
  { tag: SigTag.SHA3_256, range: 'header', algorithm: 'sha3-256', length: 64 },
  { tag: SigTag.SHA256, range: 'header', algorithm: 'sha256', length: 64 },
  { tag: SigTag.SHA1, range: 'header', algorithm: 'sha1', length: 40 },
  { tag: SigTag.MD5, range: 'header+payload', algorithm: 'md5', length: 32 },
];

const PAYLOAD_DIGESTS: readonly (readonly [number, string, boolean])[] = [
  [Tag.PAYLOADSHA3_256, 'sha3-256', false],
  [Tag.PAYLOADSHA3_256ALT, 'sha3-256', true],
  [Tag.PAYLOADSHA512, 'sha512', false],
  [Tag.PAYLOADSHA512ALT, 'sha512', true],
  [Tag.PAYLOADSHA256, 'sha256', false],
  [Tag.PAYLOADSHA256ALT, 'sha256', true],
];

const FIRST_LEGACY_TAG = 1000;

function invalid(message: string, tag: number): RpmFormatError {
  return new RpmFormatError('RPM_SIGNATURE_INVALID', message, { tag });
}

/** rpm 6 marks signature headers whose tags from 1000 on are not signatures any more. */
function ignoresLegacyTags(signature: Header): boolean {
  return signature.has(SigTag.RESERVED) && signature.has(SigTag.SHA3_256);
}

function signatureBytes(signature: Header, tag: number): Buffer[] {
  const entry = signature.entry(tag);
  if (!entry) return [];
  if (entry.type === TagType.bin) return [entry.data];
  if (tag !== SigTag.OPENPGP || entry.type !== TagType.stringArray)
    throw invalid('a signature has the wrong type', tag);
  return signature.strings(tag).map((text) => {
    if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) throw invalid('a signature is not base64', tag);
    return Buffer.from(text, 'base64');
  });
}

function expectedDigest(header: Header, tag: number, length: number | undefined): string[] {
  const entry = header.entry(tag);
  if (!entry) return [];
  const texts = entry.type === TagType.bin ? [entry.data.toString('hex')] : header.strings(tag);
  for (const text of texts) {
    if (!/^(?:[0-9a-f]{2}){16,}$/i.test(text) || (length !== undefined && text.length !== length)) {
      throw invalid('a digest is malformed', tag);
    }
  }
  return texts.map((text) => text.toLowerCase());
}

/** The payload's digests: SHA-256 may by its own tag be of another algorithm in packages of rpm 4. */
function payloadDigests(header: Header): DigestCheck[] {
  const stated = header.number(Tag.PAYLOADSHA256ALGO);
  return PAYLOAD_DIGESTS.flatMap(([tag, fallback, alternative]) => {
    const named = tag === Tag.PAYLOADSHA256 || tag === Tag.PAYLOADSHA256ALT;
    const algorithm = named && stated !== undefined ? hashAlgorithm(stated) : fallback;
    if (algorithm === undefined) throw invalid(`the payload's digest uses the unknown algorithm ${stated}`, tag);
    return expectedDigest(header, tag, undefined).map(
      (expected): DigestCheck => ({ kind: 'digest', range: 'payload', algorithm, expected, alternative }),
    );
  });
}

/**
 * Everything in a package by which it can be verified: signatures first, the strongest digests before the weaker ones.
 * @throws RpmFormatError RPM_SIGNATURE_INVALID when one of them is malformed.
 */
export function packageChecks(pkg: RpmPackage): PackageCheck[] {
  const { signature, header } = pkg;
  const ignored = ignoresLegacyTags(signature);
  const used = ({ tag }: Source) => !(ignored && tag >= FIRST_LEGACY_TAG);
  return [
    ...SIGNATURES.filter(used).flatMap(({ tag, range }) =>
      signatureBytes(signature, tag).map(
        (bytes): SignatureCheck => ({ kind: 'signature', range, packet: parseSignature(bytes), bytes }),
      ),
    ),
    ...SIGNATURE_DIGESTS.filter(used).flatMap(({ tag, range, algorithm, length }) =>
      expectedDigest(signature, tag, length).map(
        (expected): DigestCheck => ({ kind: 'digest', range, algorithm, expected, alternative: false }),
      ),
    ),
    ...payloadDigests(header),
  ];
}
