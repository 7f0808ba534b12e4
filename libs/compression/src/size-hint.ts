import type { Format } from './detect.ts';

/** deflate cannot do better than this. */
const MAX_DEFLATE_RATIO = 1032;

/** The size of the last member modulo 2^32 (RFC 1952, 2.3.1). */
function gzipSize(bytes: Buffer): number {
  if (bytes.length < 18) return 0;
  return Math.min(bytes.readUInt32LE(bytes.length - 4), bytes.length * MAX_DEFLATE_RATIO);
}

/** The size that the first frame's header may give (RFC 8878, 3.1.1.1). */
function zstdSize(bytes: Buffer): number {
  if (bytes.length < 18) return 0;
  const descriptor = bytes.readUInt8(4);
  const single = (descriptor & 0x20) !== 0;
  const at = 5 + (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] as number);
  switch (descriptor >> 6) {
    case 0:
      return single ? bytes.readUInt8(at) : 0;
    case 1:
      return bytes.readUInt16LE(at) + 256;
    case 2:
      return bytes.readUInt32LE(at);
    default:
      return Number(bytes.readBigUInt64LE(at));
  }
}

/** What the data say of their size after decompression; 0 when nothing, and never to be trusted. */
export function sizeHint(bytes: Uint8Array, format: Format): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'gzip') return gzipSize(buffer);
  return format === 'zstd' ? zstdSize(buffer) : 0;
}
