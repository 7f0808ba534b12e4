import { createHash, type Hash } from 'node:crypto';
import { type ByteSource, readExactly, toByteSource } from './byte-source.ts';
import { type CheckRange, type DigestCheck, type PackageCheck, packageChecks, type SignatureCheck } from './checks.ts';
import { type Keyring, keysFor, type SigningKey } from './keyring.ts';
import type { RpmPackage } from './package.ts';
import { beginVerification, type Verification } from './public-key.ts';

/**
 * ok: it holds. bad: it does not. nokey: the signature may be good, but its key is not in the keyring. unknown: nothing can be said, because
 * the algorithm is unknown here or the digest is of the uncompressed payload.
 */
export type Verdict = 'ok' | 'bad' | 'nokey' | 'unknown';

export interface CheckResult {
  readonly check: PackageCheck;
  readonly verdict: Verdict;
  /** For what is not ok: one sentence. */
  readonly reason: string | undefined;
  /** The key that made a good signature. */
  readonly key: SigningKey | undefined;
}

const READ_SIZE = 1024 * 1024;
/** Collisions of these can be made: a signature over them proves nothing. */
const WEAK_HASHES = new Set(['md5', 'sha1', 'ripemd160']);

/** Which digest to compute when one is enough: the fastest of the strong ones first. */
const PREFERRED = ['sha256', 'sha512', 'sha3-256', 'sha384', 'sha1', 'md5'];

/** A check while the bytes pass by. */
interface Running {
  readonly check: PackageCheck;
  readonly hash: Hash;
  readonly attempts: readonly { readonly key: SigningKey; readonly verification: Verification }[];
}

type Result = Omit<CheckResult, 'check'>;

function result(verdict: Verdict, reason?: string, key?: SigningKey): Result {
  return { verdict, reason, key };
}

function start(check: PackageCheck, keyring: Keyring): Running | undefined {
  if (check.kind === 'malformed') return undefined;
  const algorithm = check.kind === 'digest' ? check.algorithm : check.packet.hash;
  if (algorithm === undefined) return undefined;
  const hash = createHash(algorithm);
  if (check.kind === 'digest') return { check, hash, attempts: [] };
  const { packet } = check;
  const attempts = keysFor(keyring, packet).map((key) => ({ key, verification: beginVerification(packet, key.key) }));
  const running = { check, hash, attempts };
  feed(running, packet.salt);
  return running;
}

function feed({ hash, attempts }: Running, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  hash.update(bytes);
  for (const { verification } of attempts) verification.update(bytes);
}

function finishDigest(check: DigestCheck, hash: Hash): Result {
  const found = hash.digest('hex');
  if (found === check.expected) return result('ok');
  if (check.alternative) return result('unknown', 'it is the digest of the payload without compression');
  return result('bad', `expected ${check.expected}, found ${found}`);
}

function finishSignature({ packet }: SignatureCheck, running: Running): Result {
  feed(running, packet.trailer);
  const digest = running.hash.digest();
  if (packet.type !== 0) return result('bad', `it is a signature of type ${packet.type} and not of data`);
  if (digest.readUInt16BE(0) !== packet.hashStart) return result('bad', 'the signed data have been changed');
  if (running.attempts.length === 0) return result('nokey', `key ${packet.keyId} is not trusted`);
  if (WEAK_HASHES.has(packet.hash as string)) return result('bad', `it relies on ${packet.hash}, which is broken`);
  const good = running.attempts.find(({ verification }) => verification.verify(digest));
  if (!good) return result('bad', 'the signature is wrong');
  if (packet.created < good.key.validFrom || packet.created >= good.key.validUntil) {
    return result('bad', `key ${packet.keyId} was not valid when the signature was made`);
  }
  return result('ok', undefined, good.key);
}

function finish(check: PackageCheck, running: Running | undefined): Result {
  if (check.kind === 'malformed') return result('bad', check.reason);
  if (!running) return result('unknown', 'its hash algorithm is unknown');
  return check.kind === 'digest' ? finishDigest(check, running.hash) : finishSignature(check, running);
}

/** Whether something stronger of the package makes a check needless: what rpm 6 no longer looks at either. */
function isSuperseded(check: PackageCheck, all: readonly PackageCheck[]): boolean {
  const others = (range: CheckRange, kind: PackageCheck['kind']) =>
    all.some((other) => other !== check && other.kind === kind && other.range === range);
  if (check.kind === 'signature')
    return check.range === 'header+payload' && others('header', 'signature') && others('payload', 'digest');
  if (check.kind === 'malformed') return false;
  if (check.alternative)
    return all.some((other) => other.kind === 'digest' && other.range === 'payload' && !other.alternative);
  if (check.algorithm === 'md5') return others('payload', 'digest') && others('header', 'digest');
  const rivals = all.filter(
    (other): other is DigestCheck => other.kind === 'digest' && other.range === check.range && !other.alternative,
  );
  const best = PREFERRED.find((algorithm) => rivals.some((rival) => rival.algorithm === algorithm));
  return best !== undefined && best !== check.algorithm;
}

export interface VerifyOptions {
  /**
   * `all` checks everything that the package has, `needed` only the best digest and signature of each part: one pass over the payload with
   * one hash.
   */
  readonly checks?: 'all' | 'needed';
}

/**
 * Verifies digests and signatures of a package in one pass over its file.
 * @param keyring of `readKeyring`; an empty one answers every good signature with nokey.
 * @throws RpmFormatError RPM_TRUNCATED.
 */
export function verifyPackage(
  pkg: RpmPackage,
  input: Uint8Array | ByteSource,
  keyring: Keyring,
  { checks = 'all' }: VerifyOptions = {},
): CheckResult[] {
  const source = toByteSource(input);
  const all = packageChecks(pkg);
  const wanted = checks === 'all' ? all : all.filter((check) => !isSuperseded(check, all));
  const runnings = wanted.map((check) => start(check, keyring));
  const over = (part: 'header' | 'payload') =>
    runnings.filter((running) => running?.check.range.includes(part)) as Running[];
  const { header, payload } = pkg.extents;
  const headerBytes = readExactly(source, header.offset, header.length, 'the main header');
  for (const running of over('header')) feed(running, headerBytes);
  const overPayload = over('payload');
  const end = overPayload.length > 0 ? payload.offset + payload.length : payload.offset;
  for (let at = payload.offset; at < end; at += READ_SIZE) {
    const piece = readExactly(source, at, Math.min(READ_SIZE, end - at), 'the payload');
    for (const running of overPayload) feed(running, piece);
  }
  return wanted.map((check, i) => ({ check, ...finish(check, runnings[i]) }));
}
