import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum, Environment, Validators } from '@ostrata/contract';
import { cacheName, type Definition } from './definition.ts';
import { sourceError } from './errors.ts';
import { writeWhole } from './local-file.ts';

/** What is known of the metadata that a repository's directory holds. */
export interface CacheState {
  /** sha256 of the current `repomd.xml`. */
  readonly digest: string;
  /** The server's, of that file. */
  readonly validators: Validators;
  /** Base URLs that the mirrors gave, without logins. */
  readonly mirrors: readonly string[];
  /** Names of the keys that its signature was checked with; null when it was not. */
  readonly verifiedBy: string | null;
}

const PREFIX = /^(repomd|primary|index|filelists|comps|other|updateinfo)-([0-9a-f]{32,128})/;

/** A repository's directory in the cache: `rpmmd/ID-HASH/`, every file named by the checksum of what it holds or was made of. */
export class RepositoryCache {
  readonly name: string;
  readonly directory: string;

  constructor(environment: Environment, name: string) {
    this.name = name;
    this.directory = join(environment.cacheDir, 'rpmmd', name);
  }

  static of(definition: Definition, environment: Environment): RepositoryCache {
    return new RepositoryCache(environment, cacheName(definition));
  }

  path(...parts: string[]): string {
    return join(this.directory, ...parts);
  }

  repomd(digest: string): string {
    return this.path(`repomd-${digest}.xml`);
  }

  /** A metadata file as it was served; its ending tells nothing, formats are recognised by content. */
  served(type: string, checksum: Checksum): string {
    return this.path(`${type}-${checksum.value}.served`);
  }

  packed(type: string, checksum: Checksum): string {
    return this.path(`${type}-${checksum.value}.packed`);
  }

  key(url: string): string {
    return this.path('keys', `${createHash('sha256').update(url).digest('hex').slice(0, 32)}.asc`);
  }

  /** Null when nothing was ever refreshed, or the note is damaged. */
  readState(): CacheState | null {
    try {
      const state = JSON.parse(readFileSync(this.path('state.json'), 'utf8')) as CacheState;
      const valid =
        /^[0-9a-f]{64}$/.test(state.digest) && Array.isArray(state.mirrors) && typeof state.validators === 'object';
      return valid ? state : null;
    } catch {
      return null;
    }
  }

  writeState(state: CacheState): void {
    this.guard(() => writeWhole(this.path('state.json'), Buffer.from(JSON.stringify(state, null, 2))));
  }

  makeDirectory(): void {
    this.guard(() => mkdirSync(this.directory, { recursive: true }));
  }

  /** Removes metadata files that carry none of these checksums. */
  prune(keep: ReadonlySet<string>): void {
    for (const name of readdirSync(this.directory)) {
      const checksum = PREFIX.exec(name)?.[2];
      if (checksum !== undefined && !keep.has(checksum)) rmSync(this.path(name), { force: true });
    }
  }

  /** Says in which directory work on the cache failed. */
  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      throw sourceError('SOURCE_CACHE', `The cache ${this.directory} cannot be used: ${code}`, {
        hint:
          code === 'ENOSPC'
            ? 'Make room on that file system.'
            : 'Check its permissions, or choose another cache directory.',
        data: { directory: this.directory, code },
        cause: error,
      });
    }
  }
}
