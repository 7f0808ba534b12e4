import { Buffer } from 'node:buffer';
import { swap64 } from '../byte-order.ts';
import { type Metadata, metadataFromValue, metadataToValue } from '../commit.ts';
import { decode, encode, type Value } from '../gvariant/index.ts';

/** A superblock with signatures of its bytes. */
export interface SignedSuperblock {
  readonly superblock: Uint8Array;
  /** By the keys of detached metadata, such as `ostree.sign.ed25519`. */
  readonly signatures: Metadata;
}

/** ostree-repo-static-delta-private.h, OSTREE_STATIC_DELTA_SIGNED_FORMAT and OSTREE_STATIC_DELTA_SIGNED_MAGIC. */
const TYPE = '(taya{sv})';
const MAGIC = Buffer.from('OSTSGNDT');

export const isSigned = (bytes: Uint8Array): boolean => MAGIC.equals(bytes.subarray(0, MAGIC.length));

export function decodeSigned(bytes: Uint8Array): SignedSuperblock {
  const [, superblock, signatures] = decode(TYPE, bytes) as readonly [bigint, Uint8Array, Value];
  return { superblock, signatures: metadataFromValue(signatures) };
}

export const encodeSigned = ({ superblock, signatures }: SignedSuperblock): Buffer =>
  encode(TYPE, [swap64(MAGIC.readBigUInt64BE()), superblock, metadataToValue(signatures)]);
