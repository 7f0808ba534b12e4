import type { Context, KeySource } from '@ostrata/contract';
import { keyedCapability } from '@ostrata/contract';

/** Names secret keys. */
export interface SecretKey {
  /** A file of secret keys, their contents, or what else the mechanism keeps them in (gpg: a home directory); null is its default. */
  readonly from: KeySource | null;
  /** Which of them: a key id, fingerprint or user id; null is all of a file, or the only one. */
  readonly id: string | null;
}

/** Makes signatures of one mechanism. Keyed as its {@link Verifier} is. */
export interface Signer {
  /** Key of the detached commit metadata that signatures are put into, as `aay`. */
  readonly metadataKey: string;
  /** Returns at least one signature for each of the keys, in order. Throws a HostError when a key is not there or does not fit. */
  sign(data: Uint8Array, keys: readonly SecretKey[], ctx: Context): Promise<readonly Uint8Array[]>;
}

export const SIGNER = keyedCapability<Signer>('signer');
