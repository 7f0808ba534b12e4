export { type DecodeOptions, decode } from './reader.ts';
export { parseType } from './type.ts';
export { type Value, type Variant, variant } from './value.ts';
export { encode } from './writer.ts';
