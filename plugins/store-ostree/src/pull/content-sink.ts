import type { Checksum } from '../codec/checksum.ts';
import { FreeSpaceGuard } from '../repo/free-space.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import { WorkerPool } from '../workers/pool.ts';
import { type ReceiveOptions, type ReceiveTarget, receiveFile } from './receive-file.ts';
import { receiveLarge } from './receive-large.ts';

export interface SinkOptions extends ReceiveOptions {
  readonly staging: string;
  /** Threads that may unpack and write. */
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** From so many bytes on it is worth to start threads. */
const MANY_BYTES = 1024 * 1024;
const MANY_FILES = 200;
/** Only for an object that is larger a batch is. */
const BATCH_BYTES = 512 * 1024;
const BATCH_FILES = 48;
/** Batches on their way to a thread: more would only fill the memory. */
const MAX_WAITING = 4;

/** Unpacks, verifies and writes file objects that came over the network: few of them at once, many in threads. */
export class ContentSink {
  readonly #target: ReceiveTarget;
  readonly #options: SinkOptions;
  #batch: { bytes: Uint8Array<ArrayBuffer>; ids: Checksum[]; ends: number[]; filled: number } | undefined;
  /** Memory that came back from threads: new memory for each batch would pile up until they collect garbage. */
  readonly #free: ArrayBuffer[] = [];
  readonly #running = new Set<Promise<void>>();
  #pool: WorkerPool | undefined;
  #files = 0;
  #bytes = 0;
  #failure: { readonly error: unknown } | undefined;
  /** Bytes of content that were written. */
  written = 0;

  constructor(repo: Repository, writer: ObjectWriter, options: SinkOptions) {
    this.#target = { repo, writer, space: new FreeSpaceGuard(repo.path, repo.config.minFreeSpace) };
    this.#options = options;
  }

  /** Takes a file object; waits while the threads are behind. Errors of earlier ones come here, or from `finish`. */
  async add(id: Checksum, bytes: Uint8Array): Promise<void> {
    this.#files++;
    this.#bytes += bytes.length;
    const many = this.#files > MANY_FILES || this.#bytes > MANY_BYTES;
    if (this.#options.workers < 1 || (!this.#pool && !many)) {
      this.written += receiveFile(this.#target, id, bytes, this.#options);
      return;
    }
    if (this.#batch && this.#batch.filled + bytes.length > this.#batch.bytes.length) this.#send();
    this.#batch ??= { bytes: new Uint8Array(this.#memory(bytes.length)), ids: [], ends: [], filled: 0 };
    const batch = this.#batch;
    // Copied at once: what comes from a socket is a small part of a large buffer, which it would keep.
    batch.bytes.set(bytes, batch.filled);
    batch.filled += bytes.length;
    batch.ids.push(id);
    batch.ends.push(batch.filled);
    if (batch.filled >= BATCH_BYTES || batch.ids.length >= BATCH_FILES) this.#send();
    while (this.#running.size >= MAX_WAITING) await Promise.race(this.#running);
    this.#check();
  }

  /** Takes a file object that is too large for memory. */
  async addLarge(id: Checksum, path: string): Promise<void> {
    const written = await receiveLarge(this.#target, id, path, this.#options, this.#options.signal);
    this.written += written;
  }

  async finish(): Promise<void> {
    this.#send();
    await Promise.all(this.#running);
    this.#check();
  }

  async close(): Promise<void> {
    await Promise.all(this.#running);
    await this.#pool?.[Symbol.asyncDispose]();
    this.#pool = undefined;
  }

  #memory(size: number): ArrayBuffer {
    return size > BATCH_BYTES ? new ArrayBuffer(size) : (this.#free.pop() ?? new ArrayBuffer(BATCH_BYTES));
  }

  #send(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    const { repo } = this.#target;
    this.#pool ??= new WorkerPool({ repository: repo.path, staging: this.#options.staging }, this.#options.workers);
    const { bytes, ids, ends } = batch;
    const { from, bareUserOnly, trusted } = this.#options;
    const work = this.#pool
      .run({ kind: 'receive', files: ids, ends, bytes, options: { from, bareUserOnly, trusted } }, [bytes.buffer])
      .then(
        ({ written, memory }) => {
          this.written += written;
          if (memory.byteLength === BATCH_BYTES) this.#free.push(memory);
        },
        (error: unknown) => {
          this.#failure ??= { error };
        },
      )
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
