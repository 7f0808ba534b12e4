import { Buffer } from 'node:buffer';
import { invalid, limit } from '../errors.ts';
import { alignUp, isObjectPath, isSignature, parseType, type TypeNode } from './type.ts';
import type { Value, Variant } from './value.ts';

const MAX_DEPTH = 128;

/**
 * Serialises a value of the given type in GVariant normal form, little endian. A CodecError says which part of the value does not
 * have the type.
 */
export function encode(type: string, value: Value): Buffer {
  const writer = new Writer();
  writer.value(parseType(type), value, 0);
  return writer.finish();
}

class Writer {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  value(node: TypeNode, value: Value, depth: number): void {
    if (depth > MAX_DEPTH) throw limit(`a value nested deeper than ${MAX_DEPTH}`);
    switch (node.kind) {
      case 'basic':
        this.#basic(node.text, value);
        break;
      case 'bytes':
        if (!(value instanceof Uint8Array)) throw mismatch(node.text, value);
        this.#copy(value);
        break;
      case 'array':
        this.#array(node.child, list(node.text, value), depth);
        break;
      case 'tuple':
        this.#tuple(node, list(node.text, value), depth);
        break;
      case 'maybe':
        if (value === null) return;
        this.value(node.child, value, depth + 1);
        if (node.child.size === 0) this.#zeros(1);
        break;
      case 'variant':
        this.#variant(value, depth);
    }
  }

  #array(child: TypeNode, items: readonly Value[], depth: number): void {
    const start = this.#length;
    const ends: number[] = [];
    for (const item of items) {
      this.#align(child.align);
      this.value(child, item, depth + 1);
      if (child.size === 0) ends.push(this.#length - start);
    }
    this.#offsets(start, ends);
  }

  #tuple(node: TypeNode & { kind: 'tuple' }, items: readonly Value[], depth: number): void {
    const { members } = node;
    if (items.length !== members.length) {
      throw invalid(`${node.text} needs ${members.length} members and got ${items.length}`);
    }
    const start = this.#length;
    const ends: number[] = [];
    for (let index = 0; index < members.length; index++) {
      const member = members[index]!;
      this.#align(member.align);
      this.value(member, items[index]!, depth + 1);
      if (member.size === 0 && index < members.length - 1) ends.push(this.#length - start);
    }
    if (node.size > 0) this.#zeros(node.size - (this.#length - start));
    this.#offsets(start, ends.reverse());
  }

  #variant(value: Value, depth: number): void {
    if (!isVariant(value)) throw mismatch('v', value);
    const node = parseType(value.type);
    this.#align(8);
    this.value(node, value.value, depth + 1);
    this.#zeros(1);
    this.#text(value.type);
  }

  #basic(type: string, value: Value): void {
    switch (type) {
      case 'b':
        if (typeof value !== 'boolean') throw mismatch(type, value);
        this.#grown(1).writeUInt8(value ? 1 : 0, this.#advance(1));
        break;
      case 'y':
        this.#grown(1).writeUInt8(integer(type, value, 0, 0xff), this.#advance(1));
        break;
      case 'n':
        this.#grown(2).writeInt16LE(integer(type, value, -0x8000, 0x7fff), this.#advance(2));
        break;
      case 'q':
        this.#grown(2).writeUInt16LE(integer(type, value, 0, 0xffff), this.#advance(2));
        break;
      case 'i':
      case 'h':
        this.#grown(4).writeInt32LE(integer(type, value, -0x80000000, 0x7fffffff), this.#advance(4));
        break;
      case 'u':
        this.#grown(4).writeUInt32LE(integer(type, value, 0, 0xffffffff), this.#advance(4));
        break;
      case 'x':
        if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw mismatch(type, value);
        this.#grown(8).writeBigInt64LE(value, this.#advance(8));
        break;
      case 't':
        if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value) throw mismatch(type, value);
        this.#grown(8).writeBigUInt64LE(value, this.#advance(8));
        break;
      case 'd':
        if (typeof value !== 'number') throw mismatch(type, value);
        this.#grown(8).writeDoubleLE(value, this.#advance(8));
        break;
      default:
        this.#string(type, value);
    }
  }

  #string(type: string, value: Value): void {
    if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) throw mismatch(type, value);
    if (type === 'g' && !isSignature(value)) throw mismatch(type, value);
    if (type === 'o' && !isObjectPath(value)) throw mismatch(type, value);
    this.#text(value);
    this.#zeros(1);
  }

  /** The buffer with room for so many bytes more. */
  #grown(size: number): Buffer {
    this.#reserve(size);
    return this.#bytes;
  }

  #advance(size: number): number {
    const at = this.#length;
    this.#length += size;
    return at;
  }

  #text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  #copy(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #align(align: number): void {
    this.#zeros(alignUp(this.#length, align) - this.#length);
  }

  #zeros(count: number): void {
    if (count <= 0) return;
    this.#reserve(count);
    this.#bytes.fill(0, this.#length, this.#length + count);
    this.#length += count;
  }

  #offsets(start: number, ends: readonly number[]): void {
    if (ends.length === 0) return;
    const body = this.#length - start;
    let size = 4;
    if (body + ends.length <= 0xff) size = 1;
    else if (body + 2 * ends.length <= 0xffff) size = 2;
    this.#reserve(size * ends.length);
    for (const end of ends) {
      this.#bytes.writeUIntLE(end, this.#length, size);
      this.#length += size;
    }
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

function integer(type: string, value: Value, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) throw mismatch(type, value);
  return value;
}

function list(type: string, value: Value): readonly Value[] {
  if (!Array.isArray(value)) throw mismatch(type, value);
  return value as readonly Value[];
}

function isVariant(value: Value): value is Variant {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function mismatch(type: string, value: Value) {
  const shown = typeof value === 'object' ? (Array.isArray(value) ? 'a list' : 'an object') : String(value);
  return invalid(`${shown} is not a value of the GVariant type ${type}`);
}
