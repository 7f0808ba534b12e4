import { mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Validators } from '@ostrata/contract';
import { errnoOf } from '../../errors.ts';
import { readNames } from '../../repo/directory.ts';
import { replaceFile } from '../../repo/replace-file.ts';
import { lgetxattr, lsetxattr } from '../../syscalls.ts';

/** Removes what is kept of remotes that are not among the names any more. */
export function pruneSummaryCache(repository: string, remotes: ReadonlySet<string>): void {
  const directory = join(repository, 'tmp', 'cache', 'summaries');
  for (const name of readNames(directory)) {
    if (!remotes.has(name.replace(/\.sig$/, ''))) rmSync(join(directory, name), { force: true });
  }
}

/** A file as a server sent it, with what it may be asked for again by. */
export interface CachedFile {
  readonly bytes: Uint8Array;
  readonly validators: Validators;
}

const ETAG = 'user.etag';
const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Signed summaries of remotes as libostree keeps them (ostree-repo-pull.c, `_OSTREE_SUMMARY_CACHE_DIR`): the files `summaries/NAME` and
 * `NAME.sig` with the etag as extended attribute and the server's time as their own. Where nothing can be kept, nothing is.
 */
export class SummaryCache {
  readonly #directory: string;
  readonly #name: string;
  readonly #fsync: boolean;

  /** @param directory of all caches @param name of the remote */
  constructor(directory: string, name: string, fsync: boolean) {
    this.#directory = join(directory, 'summaries');
    this.#name = name;
    this.#fsync = fsync;
  }

  load(file: 'summary' | 'summary.sig'): CachedFile | undefined {
    const path = this.#path(file);
    try {
      const bytes = readFileSync(path);
      const etag = lgetxattr(path, ETAG)?.toString('latin1') ?? '';
      const lastModified = new Date(Math.floor(statSync(path).mtimeMs / 1000) * 1000).toUTCString();
      // An etag with other characters would end up in a header (RFC 9110, 8.8.3).
      const known = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag);
      return { bytes, validators: known ? { etag, lastModified } : { lastModified } };
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  save(summary: CachedFile, signature: CachedFile): void {
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o775 });
      this.#write('summary', summary);
      this.#write('summary.sig', signature);
    } catch (error) {
      if (!UNWRITABLE.has(errnoOf(error) ?? '')) throw error;
    }
  }

  #write(file: 'summary' | 'summary.sig', { bytes, validators }: CachedFile): void {
    const path = this.#path(file);
    replaceFile(path, bytes, { fsync: this.#fsync });
    const time = Date.parse(validators.lastModified ?? '');
    if (validators.etag !== undefined) lsetxattr(path, ETAG, Buffer.from(validators.etag, 'latin1'));
    if (time > 0) utimesSync(path, new Date(), new Date(time));
  }

  #path(file: 'summary' | 'summary.sig'): string {
    return join(this.#directory, file === 'summary' ? this.#name : `${this.#name}.sig`);
  }
}
