import { CompressionError, decompress } from '@ostrata/compression';
import { sha256 } from '../codec/checksum.ts';
import { COMPRESSION, decodePart, type Part } from '../codec/delta/part.ts';
import { brokenDelta, decodingDelta } from './broken.ts';
import type { OpenDelta } from './open-delta.ts';
import { readPartFile } from './open-delta.ts';

/** The most that a part may be without compression: it is in memory while its objects are made. */
const MAX_PART = 2 ** 31 - 1;
/** What a part may have beyond its objects: tables, checksums, operations, and the control numbers of patches. */
const OVERHEAD = 64 * 1024 * 1024;

/**
 * Takes a part's file, or reads it from where the delta has it, checks it against its checksum in the superblock and undoes its
 * compression. Throws OSTREE_DELTA_INVALID.
 */
export function readPart(delta: OpenDelta, index: number, fetched?: Uint8Array): Part {
  const header = delta.superblock.parts[index]!;
  const location = delta.part(index);
  const bytes = fetched ?? readPartFile(location);
  if (sha256(bytes) !== header.checksum) {
    throw brokenDelta(location.path, `the part has another checksum than ${header.checksum}`);
  }
  return unpackPart(bytes, location.path, Number(header.uncompressedSize) * 2 + OVERHEAD);
}

/** Undoes the compression of a part's file; it may become `maxBytes`. */
export function unpackPart(bytes: Uint8Array, path: string, maxBytes = MAX_PART): Part {
  const rest = bytes.subarray(1);
  switch (bytes[0]) {
    case COMPRESSION.none:
      return decodingDelta(path, () => decodePart(rest));
    case COMPRESSION.xz: {
      try {
        const content = decompress(rest, { format: 'xz', maxBytes: Math.min(maxBytes, MAX_PART) });
        return decodingDelta(path, () => decodePart(content));
      } catch (error) {
        if (error instanceof CompressionError) throw brokenDelta(path, error.message, error);
        throw error;
      }
    }
    default:
      throw brokenDelta(path, `its compression ${bytes[0] ?? '(none)'} is unknown`);
  }
}
