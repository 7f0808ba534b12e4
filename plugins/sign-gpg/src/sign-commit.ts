import type { Context, Publication } from '@ostrata/contract';
import { type SecretKey, type Signer, signaturesIn, withSignatures } from '@ostrata/signatures';
import { readSignatures } from './read-signatures.ts';

/** Signs a commit; signatures that the same keys made before are replaced, so a commit that is made again has one of each. */
export async function signCommit(
  signer: Signer,
  keys: readonly SecretKey[],
  { commit, store }: Publication,
  ctx: Context,
): Promise<void> {
  const made = await signer.sign(await store.commitBytes(commit.id), keys, ctx);
  const makers = new Set((await Promise.all(made.map(makersOf))).flat());
  const metadata = await store.detachedMetadata(commit.id);
  const kept: Uint8Array[] = [];
  for (const signature of signaturesIn(metadata, signer.metadataKey)) {
    const before = await makersOf(signature);
    if (before.length === 0 || !before.every((maker) => makers.has(maker))) kept.push(signature);
  }
  await store.setDetachedMetadata(commit.id, withSignatures(metadata, signer.metadataKey, [...kept, ...made]));
}

async function makersOf(signature: Uint8Array): Promise<string[]> {
  return (await readSignatures(signature))?.map(({ issuerKeyID }) => issuerKeyID.toHex()) ?? [];
}
