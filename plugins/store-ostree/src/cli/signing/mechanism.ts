import { type Context, type KeySource, type Signature, VERIFIER, type Verifier } from '@ostrata/contract';
import { type SecretKey, SIGNER, type Signer } from '@ostrata/signatures';
import type { Metadata } from '../../codec/commit.ts';
import { variant } from '../../codec/gvariant/index.ts';
import { VerbError } from '../error.ts';

export const GPG = 'gpg';
/** What `--sign-type` is when it was not given. */
export const DEFAULT_TYPE = 'ed25519';

/** The verifier of a `--sign-type`, in libostree's words where there is none. GPG has verbs and options of its own. */
export async function signVerifier(ctx: Context, type: string): Promise<Verifier> {
  if (type !== GPG && ctx.keys(VERIFIER).includes(type)) return ctx.get(VERIFIER, type);
  throw notImplemented();
}

/** The signer of a `--sign-type`. */
export async function signSigner(ctx: Context, type: string): Promise<Signer> {
  if (type !== GPG && ctx.keys(SIGNER).includes(type)) return ctx.get(SIGNER, type);
  throw notImplemented();
}

/** The verifier and the signer of OpenPGP. */
export async function gpg(ctx: Context): Promise<{ verifier: Verifier; signer: Signer }> {
  if (!ctx.keys(VERIFIER).includes(GPG) || !ctx.keys(SIGNER).includes(GPG)) {
    throw new VerbError('GPG feature is disabled: the plugin sign-gpg is not enabled');
  }
  return { verifier: await ctx.get(VERIFIER, GPG), signer: await ctx.get(SIGNER, GPG) };
}

export const notImplemented = (): VerbError => new VerbError('Requested signature type is not implemented');

/** A key as it stands on a command line. */
export const inlineKey = (text: string): KeySource & { readonly keys: Uint8Array } => ({
  keys: Buffer.from(text),
  name: 'the key of the command line',
});

/** Keys to sign with: those of the command line and those of a file. */
export function secretKeys(ids: readonly string[], file: string | undefined): SecretKey[] {
  const inline = ids.map((text): SecretKey => ({ from: inlineKey(text), id: null }));
  return file === undefined ? inline : [...inline, { from: file, id: null }];
}

/** The signatures of a mechanism in detached metadata. */
export function signaturesUnder(metadata: Metadata | undefined, key: string): readonly Uint8Array[] | undefined {
  const found = metadata?.get(key);
  return found?.type === 'aay' ? (found.value as readonly Uint8Array[]) : undefined;
}

/** Detached metadata with further signatures. */
export function withMore(metadata: Metadata, key: string, more: readonly Uint8Array[]): Metadata {
  return withOnly(metadata, key, [...(signaturesUnder(metadata, key) ?? []), ...more]);
}

/** Detached metadata with these signatures under a key and no others; without the key where there are none. */
export function withOnly(metadata: Metadata, key: string, signatures: readonly Uint8Array[]): Metadata {
  const result = new Map(metadata);
  if (signatures.length === 0) result.delete(key);
  else result.set(key, variant('aay', [...signatures]));
  return result;
}

/** Why none of the signatures is good, in one line, with the keys that each was tried with. */
export function failureOf(verifier: Verifier, signatures: readonly Signature[]): string {
  const tried = signatures.flatMap(({ tried = [] }) => tried);
  const last = signatures.findLast(({ verdict }) => verdict !== 'bad') ?? { key: '', verdict: 'bad', signer: null };
  return verifier.describe(tried.length > 0 ? { key: '', verdict: 'bad', signer: null, tried } : last).join('\n');
}
