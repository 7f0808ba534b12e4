import type { Context } from '../context.ts';
import { keyedCapability } from './token.ts';

export interface Signature {
  /** Key id or fingerprint as the mechanism names it. */
  readonly key: string;
  readonly verdict: 'good' | 'bad' | 'unknown-key' | 'expired' | 'revoked';
  readonly signer: string | null;
}

/** Checks signatures of one mechanism. Keyed by it: `gpg`, `ed25519`. */
export interface Verifier {
  /** `keys` are paths of key files. Returns one verdict a signature. */
  verify(
    data: Uint8Array,
    signatures: readonly Uint8Array[],
    keys: readonly string[],
    ctx: Context,
  ): Promise<readonly Signature[]>;
}

export const VERIFIER = keyedCapability<Verifier>('verifier');
