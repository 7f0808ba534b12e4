import type { Hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Checksum, TransportRequest, Validators } from '@ostrata/contract';
import { AttemptFailure } from './attempt-failure.ts';

/** What is known of the bytes in a part file. */
export interface PartOrigin {
  /** Without credentials. */
  readonly url: string;
  readonly validators: Validators;
  /** What the whole file shall have; null when nobody knows. */
  readonly checksum: Checksum | null;
}

const BLOCK = 1 << 20;

/**
 * The `.part` beside a destination, with a note of where its bytes come from (`.part.json`), so that a later attempt, also of another
 * process, can go on with it. Every failure to write is an AttemptFailure of kind `fatal`.
 */
export class PartFile {
  readonly #destination: string;
  readonly #path: string;
  readonly #notePath: string;
  readonly #fd: number;
  #size: number;
  #origin: PartOrigin | null;

  constructor(destination: string) {
    this.#destination = destination;
    this.#path = `${destination}.part`;
    this.#notePath = `${destination}.part.json`;
    this.#fd = this.#guard(() => {
      mkdirSync(dirname(destination), { recursive: true });
      return openSync(this.#path, 'a+', 0o644);
    });
    this.#size = this.#guard(() => fstatSync(this.#fd).size);
    this.#origin = this.#size > 0 ? this.#readNote() : null;
  }

  get size(): number {
    return this.#size;
  }

  /** Where the bytes come from; null when that is not known. */
  get origin(): PartOrigin | null {
    return this.#origin;
  }

  /** Throws away what there is. */
  clear(): void {
    this.#guard(() => {
      ftruncateSync(this.#fd, 0);
      rmSync(this.#notePath, { force: true });
    });
    this.#size = 0;
    this.#origin = null;
  }

  /** Notes the origin of the bytes that come now. */
  begin(origin: PartOrigin): void {
    this.#guard(() => writeFileSync(this.#notePath, JSON.stringify(origin)));
    this.#origin = origin;
  }

  append(chunk: Uint8Array): void {
    this.#guard(() => {
      for (let done = 0; done < chunk.length; ) done += writeSync(this.#fd, chunk, done);
    });
    this.#size += chunk.length;
  }

  /** Feeds the bytes that are there to a hash, with pauses for others. */
  async hashInto(hash: Hash): Promise<void> {
    const block = Buffer.allocUnsafe(BLOCK);
    for (let position = 0; position < this.#size; ) {
      const read = this.#guard(() => readSync(this.#fd, block, 0, BLOCK, position));
      if (read === 0) return;
      hash.update(block.subarray(0, read));
      position += read;
      await new Promise(setImmediate);
    }
  }

  /** The whole file is there and right: makes it the destination, durably. */
  async commit(): Promise<void> {
    try {
      await promisify(fsync)(this.#fd);
      renameSync(this.#path, this.#destination);
      rmSync(this.#notePath, { force: true });
      const directory = await open(dirname(this.#destination), 'r');
      await directory.sync().finally(() => directory.close());
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Lets go; an empty part is removed. */
  close(): void {
    closeSync(this.#fd);
    if (this.#size > 0) return;
    rmSync(this.#path, { force: true });
    rmSync(this.#notePath, { force: true });
  }

  #readNote(): PartOrigin | null {
    try {
      const note = JSON.parse(readFileSync(this.#notePath, 'utf8')) as PartOrigin;
      return typeof note.url === 'string' && typeof note.validators === 'object' && note.validators !== null
        ? note
        : null;
    } catch {
      return null;
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): AttemptFailure {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return new AttemptFailure(
      'fatal',
      'TRANSPORT_WRITE',
      `cannot write ${basename(this.#path)} in ${dirname(this.#path)}: ${code}`,
      {
        hint:
          code === 'ENOSPC'
            ? 'Make room on that file system, or choose another cache directory.'
            : 'Check the directory and its permissions.',
        data: { path: this.#path, code },
        cause: error,
      },
    );
  }
}

/** Without a file there is nothing that could be not modified. */
export function withoutStaleValidators(request: TransportRequest): TransportRequest {
  if (request.validators === undefined || existsSync(request.destination)) return request;
  const { validators: _, ...rest } = request;
  return rest;
}
