import { invalid } from '../errors.ts';
import { VarintReader } from './varint.ts';

/** The letters of the operations of a part (ostree-repo-static-delta-private.h, OstreeStaticDeltaOpCode). */
export const OPCODES = {
  splice: 0x53,
  open: 0x6f,
  write: 0x77,
  setSource: 0x72,
  unsetSource: 0x52,
  close: 0x63,
  patch: 0x42,
} as const;

export type OperationName = keyof typeof OPCODES;

/**
 * One step in rebuilding the objects of a part, which come in the order of the part's list:
 * - spliceMeta, spliceFile: a whole object is in the payload;
 * - open … close: a file is written in pieces; `mode` and `xattrs` are places in the part's tables;
 * - write: bytes of the payload, or of the source when one is set;
 * - setSource: the file object whose checksum stands in the payload becomes the source;
 * - patch: the bsdiff in the payload, applied to the source, gives the file.
 */
export type Operation =
  | { readonly kind: 'spliceMeta'; readonly length: number; readonly offset: number }
  | {
      readonly kind: 'spliceFile';
      readonly mode: number;
      readonly xattrs: number;
      readonly length: number;
      readonly offset: number;
    }
  | { readonly kind: 'open'; readonly mode: number; readonly xattrs: number; readonly length: number }
  | { readonly kind: 'write'; readonly length: number; readonly offset: number }
  | { readonly kind: 'setSource'; readonly offset: number }
  | { readonly kind: 'unsetSource' }
  | { readonly kind: 'close' }
  | { readonly kind: 'patch'; readonly offset: number; readonly length: number };

/** Reads operations one by one: the first one of an object can be read only when the object's type is known. */
export class OperationReader {
  readonly #reader: VarintReader;

  constructor(bytes: Uint8Array) {
    this.#reader = new VarintReader(bytes);
  }

  /** The next operation, or undefined at the end. `metadata` says whether a splice would make a metadata object. */
  next(metadata: boolean): Operation | undefined {
    const reader = this.#reader;
    if (reader.done) return undefined;
    const at = reader.position;
    const code = reader.byte();
    switch (code) {
      case OPCODES.splice: {
        if (metadata) return { kind: 'spliceMeta', length: reader.varint(), offset: reader.varint() };
        const [mode, xattrs] = [reader.varint(), reader.varint()];
        return { kind: 'spliceFile', mode, xattrs, length: reader.varint(), offset: reader.varint() };
      }
      case OPCODES.open:
        return { kind: 'open', mode: reader.varint(), xattrs: reader.varint(), length: reader.varint() };
      case OPCODES.write:
        return { kind: 'write', length: reader.varint(), offset: reader.varint() };
      case OPCODES.setSource:
        return { kind: 'setSource', offset: reader.varint() };
      case OPCODES.unsetSource:
        return { kind: 'unsetSource' };
      case OPCODES.close:
        return { kind: 'close' };
      case OPCODES.patch:
        return { kind: 'patch', offset: reader.varint(), length: reader.varint() };
      default:
        throw invalid(`an operation of the unknown code ${code}`, at);
    }
  }
}
