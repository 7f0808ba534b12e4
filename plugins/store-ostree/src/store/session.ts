import { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import { Staging } from '../repo/staging.ts';

/** The writing side of an open repository: made on the first write, with the shared lock until it is closed. */
export class WriteSession {
  readonly #repo: Repository;
  #staging: Staging | undefined;
  #writer: ObjectWriter | undefined;

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  get staging(): Staging {
    this.#staging ??= Staging.open(this.#repo);
    return this.#staging;
  }

  get writer(): ObjectWriter {
    this.#writer ??= new ObjectWriter(this.#repo, this.staging.path);
    return this.#writer;
  }

  pendingRefs(): Map<string, string> {
    return this.#staging?.pendingRefs() ?? new Map();
  }

  beginWriteback(): void {
    this.#staging?.beginWriteback();
  }

  /** Brings all that was written, by whatever thread, into the repository. */
  flush(): void {
    this.#staging?.flush();
  }

  /** Gives the lock up; what was written waits for the next writer. */
  abandon(): void {
    this.#staging?.abandon();
    this.#staging = undefined;
    this.#writer = undefined;
  }

  /** Flushes and gives the lock up. */
  close(): void {
    if (!this.#staging) return;
    try {
      this.#staging.flush();
    } finally {
      this.#staging.close();
      this.#staging = undefined;
      this.#writer = undefined;
    }
  }
}
