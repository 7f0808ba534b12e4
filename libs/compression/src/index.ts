export { DETECT_BYTES, detectFormat, type Format } from './detect.ts';
export { type CompressionCode, CompressionError } from './errors.ts';
export type { Input } from './input.ts';
export { type DeflateStep, RawDeflater, RawInflater } from './raw-deflate.ts';
export { type DecompressOptions, decompress, decompressChunks } from './stream.ts';
export { type CompressOptions, canCompressXz, compressXz } from './xz-encoder.ts';
