import {
  type Context,
  type Json,
  type ObjectStore,
  type Signature,
  type StoredCommit,
  VERIFIER,
} from '@ostrata/contract';
import type { Origin } from '@ostrata/origin';

/** The fields of libostree's OstreeGpgSignatureAttr, in its order. */
export type SignatureRecord = readonly Json[];

interface Signatures {
  readonly [key: string]: Json;
  readonly 'gpg-enabled': boolean;
  readonly signatures: readonly SignatureRecord[];
}

/** OpenPGP signatures of a commit whose remote asks for some, and whether it does. */
export async function signaturesOf(
  origin: Origin,
  commit: StoredCommit | null,
  store: ObjectStore,
  ctx: Context,
): Promise<Signatures> {
  const remote = origin.refspec?.remote;
  if (!remote || store.remote === undefined) return { 'gpg-enabled': false, signatures: [] };
  const options = await store.remote(remote);
  if (options === null) return { 'gpg-enabled': false, signatures: [], 'remote-error': `Remote "${remote}" not found` };
  const isEnabled = options['gpg-verify'] !== 'false' && ctx.keys(VERIFIER).includes('gpg');
  if (!isEnabled || commit === null) return { 'gpg-enabled': isEnabled, signatures: [] };
  const verifier = await ctx.get(VERIFIER, 'gpg');
  const stored = (await store.detachedMetadata(commit.id))[verifier.metadataKey];
  if (stored?.type !== 'aay') return { 'gpg-enabled': true, signatures: [] };
  const bytes = (stored.value as readonly string[]).map((text) => Buffer.from(text, 'base64'));
  const keys = await verifier.trusted({ repository: store.location, remote, options });
  const found = keys.length === 0 ? [] : await verifier.verify(await store.commitBytes(commit.id), bytes, keys, ctx);
  return { 'gpg-enabled': true, signatures: found.map(attributes) };
}

function attributes({ verdict, key, expired, details }: Signature): SignatureRecord {
  const fingerprint = details?.fingerprint ?? key;
  return [
    verdict === 'good',
    verdict === 'expired' && expired === 'signature',
    verdict === 'expired' && expired === 'key',
    verdict === 'revoked',
    verdict === 'unknown-key',
    fingerprint,
    details?.created ?? 0,
    details?.expires ?? 0,
    details?.keyAlgorithm ?? '',
    details?.hashAlgorithm ?? '',
    details?.userName ?? '',
    details?.userEmail ?? '',
    details?.primaryFingerprint ?? fingerprint,
    details?.keyExpires ?? 0,
    details?.primaryKeyExpires ?? 0,
  ];
}

/** A line for people. */
export function describeSignature([
  valid,
  expired,
  keyExpired,
  revoked,
  missing,
  fingerprint,
]: SignatureRecord): string {
  if (valid === true) return `Valid signature by ${fingerprint}`;
  if (missing === true) return `Can't check signature by ${fingerprint}: public key not found`;
  if (revoked === true) return `Signature by ${fingerprint}, whose key is revoked`;
  if (expired === true || keyExpired === true) return `Expired signature by ${fingerprint}`;
  return `Invalid signature by ${fingerprint}`;
}
