import { RpmFormatError } from './errors.ts';
import { hashAlgorithm } from './files.ts';
import type { Header } from './header.ts';
import { keyAlgorithmName, parseSignature, type SignaturePacket } from './openpgp-packet.ts';
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

/** A digest or signature that is not one: it can only be bad. */
export interface MalformedCheck {
  readonly kind: 'malformed';
  readonly range: CheckRange;
  /** What it should be: `SHA256 digest`, `RSA signature`. */
  readonly label: string;
  readonly reason: string;
}

export type PackageCheck = DigestCheck | SignatureCheck | MalformedCheck;

interface Source {
  readonly tag: number;
  readonly range: CheckRange;
}

const SIGNATURES: readonly (Source & { readonly name: string })[] = [
  { tag: SigTag.OPENPGP, range: 'header', name: 'OpenPGP' },
  { tag: SigTag.RSA, range: 'header', name: 'RSA' },
  { tag: SigTag.DSA, range: 'header', name: 'DSA' },
  { tag: SigTag.PGP, range: 'header+payload', name: 'RSA' },
  { tag: SigTag.GPG, range: 'header+payload', name: 'DSA' },
];

const SIGNATURE_DIGESTS: readonly (Source & { readonly algorithm: string })[] = [
  { tag: SigTag.SHA3_256, range: 'header', algorithm: 'sha3-256' },
  { tag: SigTag.SHA256, range: 'header', algorithm: 'sha256' },
  { tag: SigTag.SHA1, range: 'header', algorithm: 'sha1' },
  { tag: SigTag.MD5, range: 'header+payload', algorithm: 'md5' },
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

/** rpm 6 marks signature headers whose tags from 1000 on are not signatures any more. */
function ignoresLegacyTags(signature: Header): boolean {
  return signature.has(SigTag.RESERVED) && signature.has(SigTag.SHA3_256);
}

function malformed(range: CheckRange, label: string, reason: string): MalformedCheck {
  return { kind: 'malformed', range, label, reason };
}

/** The packets under a tag: bytes, or base64 under the one tag of rpm 6; undefined in place of what is neither. */
function signatureBytes(signature: Header, tag: number): (Buffer | undefined)[] {
  const entry = signature.entry(tag);
  if (!entry) return [];
  if (tag !== SigTag.OPENPGP) return [entry.type === TagType.bin ? entry.data : undefined];
  if (entry.type !== TagType.stringArray) return [undefined];
  return signature.strings(tag).map((text) => {
    return /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  });
}

function signatureChecks(signature: Header, { tag, range, name }: (typeof SIGNATURES)[number]): PackageCheck[] {
  return signatureBytes(signature, tag).map((bytes): PackageCheck => {
    if (!bytes) return malformed(range, `${name} signature`, 'it is not an OpenPGP packet');
    try {
      return { kind: 'signature', range, packet: parseSignature(bytes), bytes };
    } catch (error) {
      if (!(error instanceof RpmFormatError)) throw error;
      return malformed(range, `${name} signature`, error.message);
    }
  });
}

/** Hexadecimal digits of each algorithm's digest. */
const DIGEST_LENGTHS: Partial<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
  'sha3-256': 64,
  'sha3-512': 128,
};

function digestChecks(
  header: Header,
  tag: number,
  { range, algorithm, alternative }: Pick<DigestCheck, 'range' | 'algorithm' | 'alternative'>,
): PackageCheck[] {
  const entry = header.entry(tag);
  if (!entry) return [];
  const numeric = entry.type < TagType.string;
  const texts = numeric ? [''] : entry.type === TagType.bin ? [entry.data.toString('hex')] : header.strings(tag);
  return texts.map((text): PackageCheck => {
    if (/^[0-9a-f]+$/i.test(text) && text.length === DIGEST_LENGTHS[algorithm]) {
      return { kind: 'digest', range, algorithm, expected: text.toLowerCase(), alternative };
    }
    return malformed(range, `${hashLabel(algorithm)} digest`, 'it is not a digest of this algorithm');
  });
}

/** The payload's digests: the first tag for them may by a tag beside it be of another algorithm in packages of rpm 4. */
function payloadDigests(header: Header): PackageCheck[] {
  const stated = header.number(Tag.PAYLOADSHA256ALGO);
  return PAYLOAD_DIGESTS.flatMap(([tag, fallback, alternative]) => {
    const named = tag === Tag.PAYLOADSHA256 || tag === Tag.PAYLOADSHA256ALT;
    const algorithm = named && stated !== undefined ? hashAlgorithm(stated) : fallback;
    if (algorithm !== undefined) return digestChecks(header, tag, { range: 'payload', algorithm, alternative });
    return header.has(tag) ? [malformed('payload', 'digest', `its algorithm ${stated} is unknown`)] : [];
  });
}

/** Everything in a package by which it can be verified: signatures first, the strongest digests before the weaker ones. */
export function packageChecks(pkg: RpmPackage): PackageCheck[] {
  const { signature, header } = pkg;
  const ignored = ignoresLegacyTags(signature);
  const used = ({ tag }: Source) => !(ignored && tag >= FIRST_LEGACY_TAG);
  return [
    ...SIGNATURES.filter(used).flatMap((source) => signatureChecks(signature, source)),
    ...SIGNATURE_DIGESTS.filter(used).flatMap(({ tag, range, algorithm }) =>
      digestChecks(signature, tag, { range, algorithm, alternative: false }),
    ),
    ...payloadDigests(header),
  ];
}

const HASH_LABELS: Partial<Record<string, string>> = {
  'sha3-256': 'SHA3-256',
  'sha3-512': 'SHA3-512',
  ripemd160: 'RIPEMD160',
};
const RANGE_LABELS: Record<CheckRange, string> = { header: 'Header ', payload: 'Payload ', 'header+payload': '' };

function hashLabel(hash: string | undefined): string {
  return hash === undefined ? 'unknown' : (HASH_LABELS[hash] ?? hash.toUpperCase());
}

/** A check in rpm's words: `Header V4 RSA/SHA256 Signature, key ID 352c64e5`, `Payload SHA256 digest`. */
export function describeCheck(check: PackageCheck): string {
  const range = RANGE_LABELS[check.range];
  if (check.kind === 'malformed') return `${range}${check.label}`;
  if (check.kind === 'digest') return `${range}${hashLabel(check.algorithm)}${check.alternative ? ' ALT' : ''} digest`;
  const { version, keyAlgorithm, hash, keyId } = check.packet;
  return `${range}V${version} ${keyAlgorithmName(keyAlgorithm)}/${hashLabel(hash)} Signature, key ID ${keyId.slice(-8)}`;
}
