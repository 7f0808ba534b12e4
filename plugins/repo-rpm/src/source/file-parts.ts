import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type ByteSource, MetadataError } from '../metadata/index.ts';

/** Parts of a file in the cache. It is open while parts are read one after the other, not until the process ends. */
export class FileParts implements ByteSource {
  readonly size: number;
  readonly #path: string;
  #fd: number | null = null;

  /** @throws NodeJS.ErrnoException where there is no such file */
  constructor(path: string) {
    this.#path = path;
    this.size = statSync(path).size;
  }

  read(target: Uint8Array, position: number): void {
    this.#fd ??= this.#open();
    let done = 0;
    while (done < target.length) {
      const read = readSync(this.#fd, target, done, target.length - done, position + done);
      if (read === 0) throw new MetadataError('METADATA_CACHE_DAMAGED', 'the packed metadata end too early');
      done += read;
    }
  }

  #open(): number {
    const fd = openSync(this.#path, 'r');
    setImmediate(() => {
      this.#fd = null;
      closeSync(fd);
    });
    return fd;
  }
}
