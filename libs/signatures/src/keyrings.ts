import type { Context, KeySource } from '@ostrata/contract';
import { keyedCapability } from '@ostrata/contract';

/** A public key by itself. Times are seconds since the epoch. */
export interface KeyPart {
  readonly fingerprint: string;
  readonly created: number;
  /** Null when it never expires. */
  readonly expires: number | null;
  readonly expired: boolean;
  readonly revoked: boolean;
}

/** Whom a key belongs to. */
export interface KeyUser {
  readonly id: string;
  readonly revoked: boolean;
  /** Where a newer form of the key may be had (Web Key Directory: advanced, direct); null without a usable address. */
  readonly update: { readonly advanced: string; readonly direct: string } | null;
}

/** A primary key with what belongs to it. */
export interface PublicKeyInfo extends KeyPart {
  readonly users: readonly KeyUser[];
  readonly subkeys: readonly KeyPart[];
}

/** Looks after public keys of a mechanism that keeps many in one file. Keyed as its {@link Verifier} is. */
export interface Keyrings {
  /** All keys of the sources, each once. */
  list(sources: readonly KeySource[], ctx: Context): Promise<readonly PublicKeyInfo[]>;
  /**
   * The contents of a keyring file with keys added or updated. `keyring` null is a new one; `from` null is the user's own keyring; `ids`
   * (key ids, fingerprints, user ids) choose among the keys, and null takes all. Throws a HostError when an id means no key. Writes
   * nothing.
   */
  add(
    keyring: KeySource | null,
    from: readonly KeySource[] | null,
    ids: readonly string[] | null,
    ctx: Context,
  ): Promise<{ readonly keyring: Uint8Array; readonly added: number }>;
  /** What is shown of a key: lines, worded and indented as libostree has them. */
  describe(key: PublicKeyInfo): readonly string[];
}

export const KEYRINGS = keyedCapability<Keyrings>('keyrings');
