import { Buffer, isUtf8 } from 'node:buffer';
import { invalid, limit } from '../errors.ts';
import { alignUp, isObjectPath, isSignature, parseType, type TypeNode } from './type.ts';
import { offsetSize, type Value } from './value.ts';

/** The nesting GLib allows as well (G_VARIANT_MAX_RECURSION_DEPTH). */
const MAX_DEPTH = 128;
/** Enough for a directory of a million entries; keeps a file of empty elements from growing a thousandfold in memory. */
const DEFAULT_MAX_VALUES = 8_000_000;

export interface DecodeOptions {
  /** How many values, counting nested ones, may be made of the bytes. */
  readonly maxValues?: number;
}

/**
 * Reads a value of the given type that takes up all the bytes, little endian. Only normal form is accepted (GVariant specification,
 * section 3.4), so that encode(type, decode(type, bytes)) gives the same bytes. Byte arrays are views into `bytes`.
 */
export function decode(type: string, bytes: Uint8Array, options: DecodeOptions = {}): Value {
  const reader = new Reader(bytes, options.maxValues ?? DEFAULT_MAX_VALUES);
  return reader.value(parseType(type), 0, bytes.length, 0);
}

class Reader {
  readonly #bytes: Buffer;
  #left: number;

  constructor(bytes: Uint8Array, maxValues: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#left = maxValues;
  }

  value(node: TypeNode, start: number, end: number, depth: number): Value {
    if (depth > MAX_DEPTH) throw limit(`a value nested deeper than ${MAX_DEPTH}`, start);
    if (--this.#left < 0) throw limit('more values than allowed', start);
    if (node.size > 0 && end - start !== node.size) {
      throw invalid(`${node.text} takes ${node.size} bytes and there are ${end - start}`, start);
    }
    switch (node.kind) {
      case 'basic':
        return this.#basic(node.text, start, end);
      case 'bytes':
        return this.#bytes.subarray(start, end);
      case 'array':
        return node.child.size > 0
          ? this.#fixedArray(node.child, start, end, depth)
          : this.#framedArray(node.child, start, end, depth);
      case 'tuple':
        return this.#tuple(node, start, end, depth);
      case 'maybe':
        return this.#maybe(node.child, start, end, depth);
      case 'variant':
        return this.#variant(start, end, depth);
    }
  }

  #fixedArray(child: TypeNode, start: number, end: number, depth: number): Value[] {
    if ((end - start) % child.size !== 0) throw invalid(`an array of ${child.text} with a part of an element`, start);
    const items: Value[] = [];
    for (let at = start; at < end; at += child.size) items.push(this.value(child, at, at + child.size, depth + 1));
    return items;
  }

  #framedArray(child: TypeNode, start: number, end: number, depth: number): Value[] {
    const length = end - start;
    if (length === 0) return [];
    const width = offsetSize(length);
    const bodyLength = length < width ? length : this.#offset(end - width, width);
    const table = length - bodyLength;
    if (bodyLength >= length || table % width !== 0) throw invalid('an array with a broken table of offsets', start);
    this.#minimal(bodyLength, table / width, width, start);
    const items: Value[] = [];
    let at = start;
    for (let entry = start + bodyLength; entry < end; entry += width) {
      const from = this.#padded(at, child.align);
      at = start + this.#offset(entry, width);
      if (at < from || at > start + bodyLength) throw invalid('an array with an offset out of order', entry);
      items.push(this.value(child, from, at, depth + 1));
    }
    return items;
  }

  #tuple(node: TypeNode & { kind: 'tuple' }, start: number, end: number, depth: number): Value[] {
    const { members, framed } = node;
    const width = framed > 0 ? offsetSize(end - start) : 0;
    const bodyEnd = end - width * framed;
    if (bodyEnd < start || (framed > 0 && width === 0)) throw invalid(`${node.text} is too short`, start);
    const items: Value[] = [];
    let at = start;
    let entry = end;
    for (let index = 0; index < members.length; index++) {
      const member = members[index]!;
      const from = this.#padded(at, member.align);
      if (member.size > 0) at = from + member.size;
      else if (index === members.length - 1) at = bodyEnd;
      else {
        entry -= width;
        at = start + this.#offset(entry, width);
      }
      if (at < from || at > bodyEnd) throw invalid(`${node.text} has a member out of bounds`, from);
      items.push(this.value(member, from, at, depth + 1));
    }
    if (node.size > 0) this.#zeros(at, end);
    else if (at !== bodyEnd) throw invalid(`${node.text} has bytes left over`, at);
    if (framed > 0) this.#minimal(bodyEnd - start, framed, width, start);
    return items;
  }

  #maybe(child: TypeNode, start: number, end: number, depth: number): Value {
    if (start === end) return null;
    if (child.size > 0) return this.value(child, start, end, depth + 1);
    this.#zeros(end - 1, end);
    return this.value(child, start, end - 1, depth + 1);
  }

  #variant(start: number, end: number, depth: number): Value {
    const separator = this.#bytes.lastIndexOf(0, end - 1);
    if (end === start || separator < start) throw invalid('a variant without a type', start);
    const type = this.#bytes.toString('latin1', separator + 1, end);
    const node = parseType(type);
    return { type, value: this.value(node, start, separator, depth + 1) };
  }

  #basic(type: string, start: number, end: number): Value {
    const bytes = this.#bytes;
    switch (type) {
      case 'b': {
        const byte = bytes[start]!;
        if (byte > 1) throw invalid(`a boolean of ${byte}`, start);
        return byte === 1;
      }
      case 'y':
        return bytes[start]!;
      case 'n':
        return bytes.readInt16LE(start);
      case 'q':
        return bytes.readUInt16LE(start);
      case 'i':
      case 'h':
        return bytes.readInt32LE(start);
      case 'u':
        return bytes.readUInt32LE(start);
      case 'x':
        return bytes.readBigInt64LE(start);
      case 't':
        return bytes.readBigUInt64LE(start);
      case 'd':
        return bytes.readDoubleLE(start);
      default:
        return this.#string(type, start, end);
    }
  }

  #string(type: string, start: number, end: number): string {
    if (end === start || this.#bytes[end - 1] !== 0) throw invalid('a string without its end', start);
    const text = this.#bytes.toString('utf8', start, end - 1);
    if (text.includes('\0')) throw invalid('a string with a zero byte inside', start);
    // A replacement character is either in the data or the sign of bytes that are no UTF-8.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, end - 1))) {
      throw invalid('a string that is not UTF-8', start);
    }
    if (type === 'o' && !isObjectPath(text)) throw invalid('a string that is no object path', start);
    if (type === 'g' && !isSignature(text)) throw invalid('a string that is no signature', start);
    return text;
  }

  #offset(at: number, width: number): number {
    return this.#bytes.readUIntLE(at, width as 1);
  }

  /** Offsets must have the smallest width that fits, or the same value could be written in two ways. */
  #minimal(body: number, count: number, width: number, start: number): void {
    const needed = body + count <= 0xff ? 1 : body + 2 * count <= 0xffff ? 2 : 4;
    if (needed !== width) throw invalid('a container with offsets wider than needed', start);
  }

  #padded(at: number, align: number): number {
    const aligned = alignUp(at, align);
    this.#zeros(at, aligned);
    return aligned;
  }

  #zeros(from: number, to: number): void {
    for (let at = from; at < to; at++) {
      if (this.#bytes[at] !== 0) throw invalid('padding that is not zero', at);
    }
  }
}
