/** Joins small pieces until they have `size` bytes: less to hash, compress and write at a time costs more. */
export function* joined(pieces: Iterable<Uint8Array>, size: number): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  for (const piece of pieces) {
    if (filled + piece.length > size && filled > 0) {
      yield buffer.subarray(0, filled);
      filled = 0;
    }
    if (piece.length >= size) yield piece;
    else {
      buffer.set(piece, filled);
      filled += piece.length;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}
