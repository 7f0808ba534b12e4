import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../codec/checksum.ts';
import { decodeCommit, type Metadata } from '../codec/commit.ts';
import { deltaPath } from '../codec/delta/name.ts';
import { decodeSigned, isSigned } from '../codec/delta/signed.ts';
import { decodeSuperblock, type Superblock } from '../codec/delta/superblock.ts';
import { errnoOf } from '../errors.ts';
import { brokenDelta, decodingDelta } from './broken.ts';

/** Where the bytes of a part's file are. */
export type PartLocation =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inline'; readonly path: string; readonly bytes: Uint8Array };

/** A static delta whose superblock was read and checked. */
export interface OpenDelta {
  /** The file of the superblock. */
  readonly path: string;
  readonly superblock: Superblock;
  /** The bytes that signatures are made of, and the signatures; undefined for a delta without. */
  readonly signed: { readonly bytes: Uint8Array; readonly signatures: Metadata } | undefined;
  part(index: number): PartLocation;
}

/** Files are read whole; node reads no larger ones at once. */
const MAX_SUPERBLOCK = 2 ** 31 - 1;

/**
 * Opens a delta from the directory it is in, or from the file of its superblock: parts that are not in it stand beside it.
 * Throws OSTREE_DELTA_INVALID, and the error of the system for a path that cannot be read.
 */
export function openDelta(location: string): OpenDelta {
  const path = statSync(location).isDirectory() ? join(location, 'superblock') : location;
  const { size } = statSync(path);
  if (size > MAX_SUPERBLOCK) throw brokenDelta(path, `its superblock has ${size} bytes`);
  return readDelta(path, readFileSync(path));
}

/** As `openDelta`, of a superblock that is in memory; `path` is where it would be. */
export function readDelta(path: string, bytes: Uint8Array): OpenDelta {
  return decodingDelta(path, () => {
    const wrapped = isSigned(bytes) ? decodeSigned(bytes) : undefined;
    const superblock = decodeSuperblock(wrapped?.superblock ?? bytes);
    const { endianness, to, commit, parts } = superblock;
    if (endianness.stated && endianness.order === undefined) throw brokenDelta(path, 'its byte order is unknown');
    if (sha256(commit) !== to) throw brokenDelta(path, `its commit is not ${to}`);
    decodeCommit(commit);
    for (const { version } of parts) {
      if (version > 0) throw brokenDelta(path, `a part has the version ${version}, which is too new`);
    }
    return {
      path,
      superblock,
      signed: wrapped && { bytes: wrapped.superblock, signatures: wrapped.signatures },
      part: (index) => locatePart(path, superblock, index),
    };
  });
}

function locatePart(path: string, superblock: Superblock, index: number): PartLocation {
  const inline = superblock.metadata.get(`${deltaPath(superblock)}/${index}`);
  if (inline === undefined) return { kind: 'file', path: join(dirname(path), String(index)) };
  const name = `${basename(path)}, part ${index}`;
  if (inline.type !== '(yay)') throw brokenDelta(path, `part ${index} has the type ${inline.type}`);
  const [compression, rest] = inline.value as readonly [number, Uint8Array];
  return { kind: 'inline', path: name, bytes: Buffer.concat([Uint8Array.of(compression), rest]) };
}

/** The bytes of a part's file. Throws OSTREE_DELTA_INVALID when it is absent. */
export function readPartFile(location: PartLocation): Uint8Array {
  if (location.kind === 'inline') return location.bytes;
  const { path } = location;
  try {
    const { size } = statSync(path);
    if (size > MAX_SUPERBLOCK) throw brokenDelta(path, `the part has ${size} bytes`);
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw brokenDelta(path, 'the part is not there', error);
  }
}
