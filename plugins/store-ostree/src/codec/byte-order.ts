// OSTree stores integers big endian inside little-endian GVariants: the swap is part of its format, not of GVariant's.

/** Swaps the four bytes of an unsigned 32-bit number. */
export const swap32 = (value: number): number =>
  (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;

const scratch = new DataView(new ArrayBuffer(8));

/** Swaps the eight bytes of an unsigned 64-bit number. */
export function swap64(value: bigint): bigint {
  scratch.setBigUint64(0, value, true);
  return scratch.getBigUint64(0, false);
}
