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
        return this.#basic(node.text, value);
      case 'bytes':
        if (!(value instanceof Uint8Array)) throw mismatch(node.text, value);
        this.#copy(value);
        return;
      case 'array':
        return this.#array(node.child, list(node.text, value), depth);
      case 'tuple':
        return this.#tuple(node, list(node.text, value), depth);
      case 'maybe':
        if (value === null) return;
        this.value(node.child, value, depth + 1);
        if (node.child.size === 0) this.#zeros(1);
        return;
      case 'variant':
        return this.#variant(value, depth);
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
        return void this.#number(1, (bytes, at) => bytes.writeUInt8(value ? 1 : 0, at));
      case 'y':
        return void this.#number(1, (bytes, at) => bytes.writeUInt8(integer(type, value, 0, 0xff), at));
      case 'n':
        return void this.#number(2, (bytes, at) => bytes.writeInt16LE(integer(type, value, -0x8000, 0x7fff), at));
      case 'q':
        return void this.#number(2, (bytes, at) => bytes.writeUInt16LE(integer(type, value, 0, 0xffff), at));
      case 'i':
      case 'h': {
        const number = integer(type, value, -0x80000000, 0x7fffffff);
        return void this.#number(4, (bytes, at) => bytes.writeInt32LE(number, at));
      }
      case 'u':
        return void this.#number(4, (bytes, at) => bytes.writeUInt32LE(integer(type, value, 0, 0xffffffff), at));
      case 'x':
        if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw mismatch(type, value);
        return void this.#number(8, (bytes, at) => bytes.writeBigInt64LE(value, at));
      case 't':
        if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value) throw mismatch(type, value);
        return void this.#number(8, (bytes, at) => bytes.writeBigUInt64LE(value, at));
      case 'd':
        if (typeof value !== 'number') throw mismatch(type, value);
        return void this.#number(8, (bytes, at) => bytes.writeDoubleLE(value, at));
      default:
        return this.#string(type, value);
    }
  }

  #string(type: string, value: Value): void {
    if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) throw mismatch(type, value);
    if (type === 'g' && !isSignature(value)) throw mismatch(type, value);
    if (type === 'o' && !isObjectPath(value)) throw mismatch(type, value);
    this.#text(value);
    this.#zeros(1);
  }

  #number(size: number, write: (bytes: Buffer, at: number) => void): void {
    this.#reserve(size);
    write(this.#bytes, this.#length);
    this.#length += size;
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
