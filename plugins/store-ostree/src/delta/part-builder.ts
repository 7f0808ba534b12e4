import { Buffer } from 'node:buffer';
import { type Checksum, checksumBytes } from '../codec/checksum.ts';
import type { DeltaObject } from '../codec/delta/object-list.ts';
import { OPCODES } from '../codec/delta/operations.ts';
import { encodePart, type PartMode } from '../codec/delta/part.ts';
import type { Match } from '../codec/delta/rollsum.ts';
import { VarintWriter } from '../codec/delta/varint.ts';
import type { FileMeta } from '../codec/file-header.ts';
import { isSymlink } from '../codec/mode.ts';
import { encodeXattrs, type Xattr } from '../codec/xattrs.ts';

/** A part before compression. */
export interface BuiltPart {
  readonly objects: readonly DeltaObject[];
  /** Bytes of the objects. */
  readonly uncompressedSize: number;
  /** The serialised part, in pieces. */
  readonly pieces: readonly Uint8Array[];
}

/** Gathers objects for one part of a delta. */
export class PartBuilder {
  readonly #objects: DeltaObject[] = [];
  readonly #payload: Uint8Array[] = [];
  readonly #operations = new VarintWriter();
  readonly #modes = new Table<PartMode>();
  readonly #xattrs = new Table<readonly Xattr[]>();
  #payloadSize = 0;
  #uncompressed = 0;

  get isEmpty(): boolean {
    return this.#objects.length === 0;
  }

  /** About the size of the part before compression. */
  get size(): number {
    return this.#payloadSize + this.#operations.length + this.#modes.size + this.#xattrs.size;
  }

  addMetadata(object: DeltaObject, bytes: Uint8Array): void {
    this.#start(object, bytes.length);
    this.#operations.byte(OPCODES.splice).varint(bytes.length).varint(this.#append(bytes));
  }

  addFile(id: Checksum, meta: FileMeta, content: Uint8Array): void {
    this.#start({ type: 'file', id }, content.length);
    const bytes = isSymlink(meta.mode) ? Buffer.from(meta.target) : content;
    const operations = this.#operations.byte(OPCODES.splice);
    this.#meta(meta);
    operations.varint(bytes.length).varint(this.#append(bytes));
  }

  /** A file of which pieces are in another one. */
  addMatches(id: Checksum, meta: FileMeta, content: Uint8Array, source: Checksum, matches: readonly Match[]): void {
    this.#start({ type: 'file', id }, content.length);
    const operations = this.#operations;
    const sourceAt = this.#append(checksumBytes(source));
    operations.byte(OPCODES.open);
    this.#meta(meta);
    operations.varint(content.length);
    let at = 0;
    let reading = false;
    const fresh = (end: number) => {
      if (end === at) return;
      if (reading) operations.byte(OPCODES.unsetSource);
      reading = false;
      operations
        .byte(OPCODES.write)
        .varint(end - at)
        .varint(this.#append(content.subarray(at, end)));
      at = end;
    };
    for (const match of matches) {
      fresh(match.to);
      if (!reading) operations.byte(OPCODES.setSource).varint(sourceAt);
      reading = true;
      operations.byte(OPCODES.write).varint(match.length).varint(match.from);
      at += match.length;
    }
    fresh(content.length);
    if (reading) operations.byte(OPCODES.unsetSource);
    operations.byte(OPCODES.close);
  }

  /** A file of `size` bytes that is a patch of another one. */
  addPatch(id: Checksum, meta: FileMeta, size: number, source: Checksum, patch: Uint8Array): void {
    this.#start({ type: 'file', id }, size);
    const operations = this.#operations;
    operations.byte(OPCODES.setSource).varint(this.#append(checksumBytes(source)));
    operations.byte(OPCODES.open);
    this.#meta(meta);
    operations.varint(size);
    operations.byte(OPCODES.patch).varint(this.#append(patch)).varint(patch.length);
    operations.byte(OPCODES.close).byte(OPCODES.unsetSource);
  }

  build(): BuiltPart {
    return {
      objects: this.#objects,
      uncompressedSize: this.#uncompressed,
      pieces: encodePart({
        modes: this.#modes.items,
        xattrs: this.#xattrs.items,
        payload: this.#payload,
        operations: this.#operations.bytes,
      }),
    };
  }

  #start(object: DeltaObject, size: number): void {
    this.#objects.push(object);
    this.#uncompressed += size;
  }

  /** Adds bytes to the payload and gives their place. */
  #append(bytes: Uint8Array): number {
    const at = this.#payloadSize;
    this.#payload.push(bytes);
    this.#payloadSize += bytes.length;
    return at;
  }

  #meta({ uid, gid, mode, xattrs }: FileMeta): void {
    this.#operations
      .varint(this.#modes.place(`${uid}:${gid}:${mode}`, { uid, gid, mode }, 12))
      .varint(this.#xattrs.place(xattrsKey(xattrs), xattrs, xattrs.length * 32));
  }
}

const xattrsKey = (xattrs: readonly Xattr[]): string => (xattrs.length === 0 ? '' : hex(encodeXattrs(xattrs)));
const hex = (bytes: Buffer): string => bytes.toString('hex');

/** A list without doubles. */
class Table<T> {
  readonly items: T[] = [];
  readonly #places = new Map<string, number>();
  /** About the bytes of the items. */
  size = 0;

  place(key: string, item: T, size: number): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.size += size + key.length / 2;
    this.#places.set(key, this.items.length);
    return this.items.push(item) - 1;
  }
}
