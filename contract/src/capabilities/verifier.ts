import type { Context } from '../context.ts';
import { keyedCapability } from './token.ts';

/** What a mechanism can tell of a signature beyond the verdict. Times are seconds since the epoch. */
export interface SignatureDetails {
  /** Of the key that made it, as hex; only the key id when the key is unknown and the signature does not say more. */
  readonly fingerprint: string;
  /** Of the primary key that the signing key belongs to; null when the key is unknown. */
  readonly primaryFingerprint: string | null;
  readonly created: number;
  /** When the signature expires; null when it does not. */
  readonly expires: number | null;
  readonly keyExpires: number | null;
  readonly primaryKeyExpires: number | null;
  /** Names as gpg and libostree print them: `RSA`, `EdDSA`; `SHA512`. */
  readonly keyAlgorithm: string;
  readonly hashAlgorithm: string;
  readonly userName: string | null;
  readonly userEmail: string | null;
}

export interface Signature {
  /** Key id or fingerprint as the mechanism names it; empty when the signature is unreadable, or names no key and none fits. */
  readonly key: string;
  /**
   * `bad` covers other bytes, is unreadable, or was made with a key that may not sign. A mechanism whose signatures name no key
   * cannot tell a signature by an unknown key from a damaged one: it says `bad`.
   */
  readonly verdict: 'good' | 'bad' | 'unknown-key' | 'expired' | 'revoked';
  readonly signer: string | null;
  /** What has expired, for that verdict. */
  readonly expired?: 'signature' | 'key';
  readonly details?: SignatureDetails;
  /** Names of the keys that it was tried with in vain, where signatures name none. */
  readonly tried?: readonly string[];
}

/**
 * Where keys are: the path of a file of keys or of a directory of such files; a directory `trust` as the mechanism lays one out for
 * a whole system, with what it revokes; or the contents of a file of keys, with a name for messages.
 */
export type KeySource = string | { readonly trust: string } | { readonly keys: Uint8Array; readonly name: string };

/** A remote of a repository, as far as trust is concerned. */
export interface RemoteTrust {
  /** Directory of the repository; null: what the system trusts, without any repository. */
  readonly repository: string | null;
  /** Null: what any remote of the repository trusts. */
  readonly remote: string | null;
  /** Options of the remote's section, as they are written there. */
  readonly options: { readonly [key: string]: string };
  /** A directory of trust in place of the system's; null leaves the system's out. */
  readonly system?: string | null;
}

/** Checks signatures of one mechanism. Keyed by it: `gpg`, `ed25519`, `spki`. */
export interface Verifier {
  /** Key of the detached commit metadata that holds its signatures, as `aay`. */
  readonly metadataKey: string;
  /**
   * Returns a verdict for each signature, in order; an entry that holds several signatures gives one for each. Throws a HostError
   * when no key source is given, and when one cannot be read or is not a file of keys. A mechanism whose signatures name no key
   * throws as well when all sources together have no key; others call every signature one of an unknown key.
   */
  verify(
    data: Uint8Array,
    signatures: readonly Uint8Array[],
    keys: readonly KeySource[],
    ctx: Context,
  ): Promise<readonly Signature[]>;
  /** Which keys count for a remote: those that its options name, its own, else those of the system. Reads no key. */
  trusted(remote: RemoteTrust): Promise<readonly KeySource[]>;
  /** What is shown of a signature: lines, worded as libostree words them. */
  describe(signature: Signature): readonly string[];
  /** Whether a key id, fingerprint or user id, as users of the mechanism write it, means the key that made a signature. */
  isBy(signature: Signature, id: string): boolean;
}

export const VERIFIER = keyedCapability<Verifier>('verifier');
