import type { Metadata } from '@ostrata/contract';

/**
 * The signatures under a key of detached commit metadata, as libostree keeps them: `aay`. Empty when there are none; a value of
 * another type holds none.
 */
export function signaturesIn(metadata: Metadata, key: string): Uint8Array[] {
  const variant = metadata[key];
  if (variant?.type !== 'aay' || !Array.isArray(variant.value)) return [];
  return variant.value.map((item) => Buffer.from(String(item), 'base64'));
}

/** The metadata with these signatures, and no others, under the key; without the key when there are none. */
export function withSignatures(metadata: Metadata, key: string, signatures: readonly Uint8Array[]): Metadata {
  const { [key]: _, ...others } = metadata;
  if (signatures.length === 0) return others;
  return { ...others, [key]: { type: 'aay', value: signatures.map((bytes) => Buffer.from(bytes).toString('base64')) } };
}
