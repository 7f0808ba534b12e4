import { statfsSync } from 'node:fs';
import { storeError } from '../errors.ts';
import type { RepoConfig } from './config.ts';

/** How much is written before the free space is looked at again. */
const RECHECK_BYTES = 16 * 1024 * 1024;

/** Holds file objects to the `min-free-space-*` settings. Metadata objects are small and help in cleaning up: they are let through. */
export class FreeSpaceGuard {
  readonly #path: string;
  readonly #limit: RepoConfig['minFreeSpace'];
  #budget = 0;

  constructor(path: string, limit: RepoConfig['minFreeSpace']) {
    this.#path = path;
    this.#limit = limit;
  }

  /** Call before writing so many bytes; throws OSTREE_NO_SPACE when they would go below the limit. */
  charge(bytes: number): void {
    if (bytes > this.#budget) this.#recheck(bytes);
    this.#budget -= bytes;
  }

  #recheck(bytes: number): void {
    const stat = statfsSync(this.#path, { bigint: true });
    const free = (process.geteuid?.() === 0 ? stat.bfree : stat.bavail) * stat.bsize;
    const reserved =
      'bytes' in this.#limit ? this.#limit.bytes : (stat.blocks * stat.bsize * BigInt(this.#limit.percent)) / 100n;
    const usable = free - reserved;
    if (usable < BigInt(bytes)) {
      throw storeError(
        'OSTREE_NO_SPACE',
        `Writing ${bytes} bytes to the repository ${this.#path} would leave less free space than its config asks for.`,
        {
          hint: 'Free some space, prune the repository, or lower core.min-free-space-percent or core.min-free-space-size.',
          data: { path: this.#path, bytes, free: String(free), reserved: String(reserved) },
        },
      );
    }
    this.#budget = usable < BigInt(RECHECK_BYTES) ? Number(usable) : Math.max(RECHECK_BYTES, bytes);
  }
}
