import { readFileSync } from 'node:fs';
import { decompressChunks } from '@ostrata/compression';

/** Feeds a compressed file to a reader. */
export function readInto<T>(reader: { write(chunk: Uint8Array): void; end(): T }, path: string): T {
  for (const chunk of decompressChunks(readFileSync(path), { maxBytes: 2 ** 30 })) reader.write(chunk);
  return reader.end();
}
