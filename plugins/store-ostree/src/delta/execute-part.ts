import type { Checksum } from '../codec/checksum.ts';
import { checksumFromBytes, sha256 } from '../codec/checksum.ts';
import { decodeCommit } from '../codec/commit.ts';
import { applyPatch } from '../codec/delta/bspatch.ts';
import type { DeltaObject } from '../codec/delta/object-list.ts';
import { type Operation, OperationReader } from '../codec/delta/operations.ts';
import type { Part } from '../codec/delta/part.ts';
import { decodeDirMeta } from '../codec/dir-meta.ts';
import { decodeDirTree } from '../codec/dir-tree.ts';
import { CodecError } from '../codec/errors.ts';
import { checkFileMeta, type FileMeta } from '../codec/file-header.ts';
import { isRegular, isSymlink } from '../codec/mode.ts';
import { bytesContent, NO_CONTENT } from '../repo/content.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import { brokenDelta } from './broken.ts';
import { joined } from './joined.ts';
import { type ObjectSource, openObjectSource } from './object-source.ts';

/** Where a part's objects come from and go to. */
export interface PartTarget {
  readonly repo: Repository;
  readonly writer: ObjectWriter;
}

const PIECE = 1024 * 1024;

/**
 * Makes the objects of a part and writes those that are not there; each is checked against its checksum. `path` is named in errors.
 * Throws OSTREE_DELTA_INVALID, and OSTREE_OBJECT_MISSING where the file that a difference starts from is absent.
 */
export function executePart(part: Part, objects: readonly DeltaObject[], path: string, target: PartTarget): void {
  using run = new PartRun(part, objects, path, target);
  run.all();
}

class PartRun implements Disposable {
  readonly #part: Part;
  readonly #objects: readonly DeltaObject[];
  readonly #path: string;
  readonly #target: PartTarget;
  readonly #operations: OperationReader;
  #made = 0;
  #source: ObjectSource | undefined;

  constructor(part: Part, objects: readonly DeltaObject[], path: string, target: PartTarget) {
    this.#part = part;
    this.#objects = objects;
    this.#path = path;
    this.#target = target;
    this.#operations = new OperationReader(part.operations);
  }

  [Symbol.dispose](): void {
    this.#source?.[Symbol.dispose]();
    this.#source = undefined;
  }

  all(): void {
    for (let operation = this.#next(); operation; operation = this.#next()) {
      switch (operation.kind) {
        case 'spliceMeta':
          this.#metadata(this.#object(), this.#payload(operation.offset, operation.length));
          break;
        case 'spliceFile': {
          const bytes = this.#payload(operation.offset, operation.length);
          this.#wholeFile(this.#object().id, this.#meta(operation, bytes), bytes);
          break;
        }
        case 'open':
          this.#openFile(this.#object(), this.#meta(operation), operation.length);
          break;
        case 'setSource':
        case 'unsetSource':
          this.#changeSource(operation);
          break;
        default:
          throw this.#broken(`the operation ${operation.kind} stands outside of a file`);
      }
    }
    if (this.#made !== this.#objects.length) throw this.#broken('it does not make all the objects that it announces');
  }

  #metadata({ type, id }: DeltaObject, bytes: Uint8Array): void {
    if (sha256(bytes) !== id) throw this.#broken(`the ${type} ${id} has another checksum`);
    this.#decoding(() => {
      if (type === 'dirtree') decodeDirTree(bytes);
      else if (type === 'dirmeta') decodeDirMeta(bytes);
      else decodeCommit(bytes);
    });
    this.#target.writer.writeMetadata(type as Exclude<typeof type, 'file'>, bytes);
    this.#made++;
  }

  #wholeFile(id: Checksum, meta: FileMeta, bytes: Uint8Array): void {
    const { writer } = this.#target;
    this.#made++;
    if (writer.isStored(id)) return;
    if (writer.fileId(meta, bytes) !== id) throw this.#broken(`the file ${id} has another checksum`);
    writer.writeNewFile(id, meta, isSymlink(meta.mode) ? NO_CONTENT : bytesContent(bytes));
  }

  #openFile({ type, id }: DeltaObject, meta: FileMeta, size: number): void {
    if (type !== 'file' || !isRegular(meta.mode)) throw this.#broken(`the ${type} ${id} cannot be made in pieces`);
    const { writer } = this.#target;
    const pieces = this.#pieces(size);
    if (writer.isStored(id)) {
      for (const _ of this.#steps()) {
        // What makes a file that is there already need not be done.
      }
    } else {
      const made = writer.writeStream(meta, { size, chunks: () => joined(pieces, Math.min(PIECE, size)) });
      if (made !== id) throw this.#broken(`the file ${id} has another checksum`);
    }
    this[Symbol.dispose]();
    this.#made++;
  }

  /** The operations up to the one that closes the file. */
  *#steps(): Generator<Operation> {
    for (;;) {
      const operation = this.#next();
      if (!operation) throw this.#broken('it ends inside of a file');
      if (operation.kind === 'close') return;
      yield operation;
    }
  }

  /** The content of the file that is open: exactly `size` bytes. */
  *#pieces(size: number): Generator<Uint8Array> {
    let left = size;
    for (const step of this.#steps()) {
      for (const piece of this.#piecesOf(step, left)) {
        left -= piece.length;
        if (left < 0) throw this.#broken('it writes more to a file than announced');
        yield piece;
      }
    }
    if (left > 0) throw this.#broken('it writes less to a file than announced');
  }

  *#piecesOf(step: Operation, left: number): Generator<Uint8Array> {
    switch (step.kind) {
      case 'write':
        if (step.length > left) throw this.#broken('it writes more to a file than announced');
        if (this.#source) yield* this.#sourcePieces(this.#source, step.offset, step.length);
        else yield this.#payload(step.offset, step.length);
        break;
      case 'patch': {
        if (!this.#source) throw this.#broken('it has a patch for no file');
        const patch = applyPatch(this.#source, this.#payload(step.offset, step.length), left);
        for (;;) {
          const { done, value } = this.#decoding(() => patch.next());
          if (done) break;
          yield value;
        }
        break;
      }
      case 'setSource':
      case 'unsetSource':
        this.#changeSource(step);
        break;
      default:
        throw this.#broken(`the operation ${step.kind} stands inside of a file`);
    }
  }

  *#sourcePieces(source: ObjectSource, offset: number, length: number): Generator<Uint8Array> {
    if (offset + length > source.size) throw this.#broken(`it reads beyond the end of the file ${source.id}`);
    const buffer = Buffer.allocUnsafe(Math.min(PIECE, length));
    for (let done = 0; done < length; ) {
      const piece = buffer.subarray(0, Math.min(buffer.length, length - done));
      source.read(piece, offset + done);
      yield piece;
      done += piece.length;
    }
  }

  #changeSource(operation: Operation & { kind: 'setSource' | 'unsetSource' }): void {
    const id = operation.kind === 'setSource' ? checksumFromBytes(this.#payload(operation.offset, 32)) : undefined;
    if (id !== undefined && id === this.#source?.id) return;
    this[Symbol.dispose]();
    if (id !== undefined) this.#source = openObjectSource(this.#target.repo, id);
  }

  #next(): Operation | undefined {
    const metadata = this.#objects[this.#made]?.type !== 'file';
    return this.#decoding(() => this.#operations.next(metadata));
  }

  #object(): DeltaObject {
    const object = this.#objects[this.#made];
    if (!object) throw this.#broken('it makes more objects than it announces');
    return object;
  }

  #payload(offset: number, length: number): Uint8Array {
    const { payload } = this.#part;
    if (offset + length > payload.length) throw this.#broken('an operation reaches beyond its bytes');
    return payload.subarray(offset, offset + length);
  }

  /** The metadata of a file by its places in the tables; the bytes of a symbolic link are its target. */
  #meta(places: { readonly mode: number; readonly xattrs: number }, bytes: Uint8Array = new Uint8Array()): FileMeta {
    const mode = this.#part.modes[places.mode];
    const xattrs = this.#part.xattrs[places.xattrs];
    if (!mode || !xattrs) throw this.#broken('an operation reaches beyond a table');
    const meta = { ...mode, target: isSymlink(mode.mode) ? targetText(bytes) : '', xattrs };
    this.#decoding(() => checkFileMeta(meta));
    return meta;
  }

  #decoding<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof CodecError) throw this.#broken(error.message, error);
      throw error;
    }
  }

  #broken(problem: string, cause?: unknown) {
    return brokenDelta(this.#path, problem, cause);
  }
}

const targetText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
