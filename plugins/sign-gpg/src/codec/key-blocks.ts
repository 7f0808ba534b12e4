import { isKeybox, keyboxBlocks } from './keybox.ts';
import { packetSpans, TAG } from './packets.ts';

/** A key with its user ids, subkeys and their signatures: as text of an armored block that may hold several, or as packets of one. */
export type KeyBlock = { readonly armored: string } | { readonly binary: Uint8Array };

const ARMOR = /-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----[\s\S]*?-----END PGP \1 KEY BLOCK-----/g;

/**
 * The key blocks in a file of keys: packets as `gpg --export` and `pubring.gpg` have them, a keybox, or armored blocks with any text
 * between. Throws an Error that says at which byte it is none of these.
 */
export function keyBlocks(bytes: Uint8Array): KeyBlock[] {
  if (isKeybox(bytes)) return keyboxBlocks(bytes).flatMap(split);
  if (((bytes[0] ?? 0) & 0x80) !== 0) return split(bytes);
  const blocks = Buffer.from(bytes).toString('latin1').match(ARMOR) ?? [];
  return blocks.map((armored) => ({ armored }));
}

/** A row of packets at each key packet. What stands before the first key belongs to none. */
export function split(bytes: Uint8Array): KeyBlock[] {
  const starts = packetSpans(bytes)
    .filter(({ tag }) => tag === TAG.publicKey || tag === TAG.secretKey)
    .map(({ start }) => start);
  return starts.map((start, index) => ({ binary: bytes.subarray(start, starts[index + 1] ?? bytes.length) }));
}
