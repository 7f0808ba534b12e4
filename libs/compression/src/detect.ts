/** A compression format; `none` is data as they are. */
export type Format = 'gzip' | 'xz' | 'lzma' | 'zstd' | 'bzip2' | 'none';

/** Bytes that `detectFormat` looks at. */
export const DETECT_BYTES = 13;

const MAX_LZMA_SIZE = 1n << 38n;

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}

/** The .lzma format has no magic: its 13 byte header is recognised by values that encoders write (xz, file-format of LZMA_Alone). */
function looksLikeLzma(bytes: Uint8Array): boolean {
  if (bytes.length < DETECT_BYTES || (bytes[0] as number) >= 9 * 5 * 5) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dictionary = view.getUint32(1, true);
  const size = view.getBigUint64(5, true);
  // 2^n or 2^n + 2^(n-1): what is left after the highest bit is nothing or exactly the next bit.
  const highest = dictionary === 0 ? 0 : 2 ** (31 - Math.clz32(dictionary));
  const rest = dictionary - highest;
  const plausible = dictionary === 0xffffffff || (dictionary >= 4096 && (rest === 0 || rest === highest / 2));
  return plausible && (size === 0xffffffffffffffffn || size < MAX_LZMA_SIZE);
}

/** Recognises a format by the first bytes; `none` when it is none of them. */
export function detectFormat(bytes: Uint8Array): Format {
  if (startsWith(bytes, [0x1f, 0x8b])) return 'gzip';
  if (startsWith(bytes, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return 'xz';
  if (startsWith(bytes, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd';
  if (startsWith(bytes, [0x42, 0x5a, 0x68])) return 'bzip2';
  return looksLikeLzma(bytes) ? 'lzma' : 'none';
}
