import type { Buffer } from 'node:buffer';
import { swap32 } from './byte-order.ts';
import { invalid } from './errors.ts';
import { decode, encode, type Value } from './gvariant/index.ts';
import { hasOnlyModeBits, isDirectory } from './mode.ts';
import { type Xattr, xattrsFromValue, xattrsToValue } from './xattrs.ts';

/** The owner, mode and extended attributes of a directory, or of a file where a repository keeps them in an attribute. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly xattrs: readonly Xattr[];
}

const TYPE = '(uuua(ayay))';

/** `(uuua(ayay))`: a dirmeta object, and the value of the attribute user.ostreemeta of a file in a bare-user repository. */
export function encodeOwnership(meta: Ownership): Buffer {
  return encode(TYPE, [swap32(meta.uid), swap32(meta.gid), swap32(meta.mode), xattrsToValue(meta.xattrs)]);
}

export function decodeOwnership(bytes: Uint8Array): Ownership {
  const [uid, gid, mode, xattrs] = decode(TYPE, bytes) as readonly [number, number, number, Value];
  return { uid: swap32(uid), gid: swap32(gid), mode: swap32(mode), xattrs: xattrsFromValue(xattrs) };
}

export function encodeDirMeta(meta: Ownership): Buffer {
  checkDirMeta(meta);
  return encodeOwnership(meta);
}

export function decodeDirMeta(bytes: Uint8Array): Ownership {
  const meta = decodeOwnership(bytes);
  checkDirMeta(meta);
  return meta;
}

function checkDirMeta({ mode }: Ownership): void {
  if (!isDirectory(mode) || !hasOnlyModeBits(mode)) {
    throw invalid(`mode 0${mode.toString(8)} is not the mode of a directory`);
  }
}
