import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { type CommitObject, decodeCommit, decodeDetached, type Metadata } from '../codec/commit.ts';
import { decodeDirMeta } from '../codec/dir-meta.ts';
import { type DirEntry, decodeDirTree } from '../codec/dir-tree.ts';
import { CodecError } from '../codec/errors.ts';
import { storeError } from '../errors.ts';
import { isPartial } from '../fsck/check.ts';
import { ChecksumStack } from '../repo/checksum-stack.ts';
import { ObjectSet } from '../repo/object-set.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import { replaceFile } from '../repo/replace-file.ts';
import type { Repository } from '../repo/repository.ts';
import type { LocalSource } from './local-source.ts';
import { Scheduler } from './scheduler.ts';
import type { MetadataType, PullSource } from './source.ts';
import { isAtOrBelow, mayHold } from './subpath.ts';

/** OSTREE_MAX_RECURSION of libostree: how deep directories may be. */
const MAX_DEPTH = 256;

export interface WalkOptions {
  /** Parents of each commit; negative for all. */
  readonly depth: number;
  readonly subpaths: readonly string[];
  readonly commitsOnly: boolean;
  readonly maxRequests: number;
  /** Whether parents that are not there must have left a note that they were deleted. */
  readonly tombstones: boolean;
  /** Repositories on this machine that are asked first. */
  readonly caches: readonly LocalSource[];
  /** Looks at a commit before it is written; may throw. `ref` is what it was asked for as, null for a parent or a checksum. */
  check(
    id: Checksum,
    commit: CommitObject,
    bytes: Uint8Array,
    detached: Metadata | null,
    ref: string | null,
  ): Promise<void>;
  /** A way by which a commit comes with what it can of its tree, such as a static delta; null where there is none. */
  shortcut(id: Checksum, ref: string | null): Promise<Shortcut | null>;
  /** Called now and then with the objects that are there of those that were found missing; may throw to stop. */
  advance(done: number, total: number): void;
}

/** Brings a commit other than object by object. */
export interface Shortcut {
  /** The bytes of the commit. */
  readonly commit: Uint8Array;
  /** Null where it brings none. */
  readonly detached: Metadata | null;
  /** How many files of metadata were fetched to find it. */
  readonly fetched: number;
  /** Brings the tree, or some of it. */
  apply(): Promise<void>;
}

/** Goes through commits and brings what is missing of them. */
export class Walk {
  readonly #repo: Repository;
  readonly #writer: ObjectWriter;
  readonly #source: PullSource;
  readonly #options: WalkOptions;
  readonly #scheduler: Scheduler;
  readonly #requested = new Set<Checksum>();
  readonly #seen = new ObjectSet();
  /** Directories of which only a part is wanted, with the path they are met at. */
  readonly #entered = new Set<string>();
  /** Files that are to be brought. */
  readonly #files = new ChecksumStack();
  /** Commits that are complete when the walk has ended. */
  readonly #completed = new Set<Checksum>();
  readonly #counts = { metadataFetched: 0, contentFetched: 0, metadataImported: 0, contentImported: 0 };
  #wanted = 0;

  constructor(repo: Repository, writer: ObjectWriter, source: PullSource, options: WalkOptions) {
    this.#repo = repo;
    this.#writer = writer;
    this.#source = source;
    this.#options = options;
    this.#scheduler = new Scheduler(options.maxRequests, () => {
      const id = this.#files.pop();
      return id === undefined ? undefined : () => this.#content(id);
    });
  }

  get counts() {
    return this.#counts;
  }

  /** Adds a commit; `ref` is what it was asked for as. */
  commit(id: Checksum, ref: string | null): void {
    this.#requested.add(id);
    this.#scheduler.first(() => this.#commit(id, ref, this.#options.depth, true));
  }

  async run(): Promise<void> {
    await this.#scheduler.drain();
    for (const source of [...this.#options.caches, this.#source]) await source.finish();
    this.#progress();
  }

  /** The objects are in the repository: commits of which nothing is missing are partial no more. */
  complete(): void {
    for (const id of this.#completed) rmSync(this.#marker(id), { force: true });
  }

  async #commit(id: Checksum, ref: string | null, depth: number, required: boolean): Promise<void> {
    if (!this.#seen.add(id, 'commit')) return;
    const stored = this.#writer.has(id, 'commit');
    const partial = !stored || isPartial(this.#repo, id);
    const source = stored ? this.#source : this.#sourceOf(id, 'commit');
    const whole = partial && !this.#options.commitsOnly && this.#requested.has(id);
    const shortcut = whole ? await this.#options.shortcut(id, ref) : null;
    this.#counts.metadataFetched += shortcut?.fetched ?? 0;
    // Also for a commit that is there: it may have got new signatures.
    const fetched = shortcut?.detached ? null : await source.detached(id);
    const detached = shortcut?.detached ?? fetched;
    const there = shortcut?.commit ?? (stored ? this.#repo.readMetadata(id, 'commit') : undefined);
    const bytes = there ?? (await source.metadata(id, 'commit'));
    if (bytes === null) {
      if (required || (this.#options.tombstones && !(await this.#source.tombstone(id)))) {
        throw this.#missing(id, 'commit');
      }
      return;
    }
    const commit = this.#decode(id, 'commit', () => decodeCommit(bytes));
    const known = detached ?? (stored ? this.#storedDetached(id) : null);
    await this.#options.check(id, commit, bytes, known, ref);
    if (!stored) replaceFile(this.#marker(id), '', { fsync: false });
    if (detached !== null) this.#writer.writeCommitMeta(id, detached);
    // libostree up to 2023.6 counts the question to a server also when there are none.
    if (fetched !== null || (!source.local && !shortcut)) this.#count(source, 'metadata');
    if (!stored) {
      if (shortcut) this.#writer.writeMetadata('commit', bytes);
      else source.store(id, 'commit', bytes);
      if (!shortcut) this.#count(source, 'metadata');
    }
    const { parent } = commit;
    if (parent !== undefined && depth !== 0) {
      this.#scheduler.first(() => this.#commit(parent, null, depth < 0 ? depth : depth - 1, false));
    }
    if (!partial || this.#options.commitsOnly) return;
    if (this.#options.subpaths.length === 0) this.#completed.add(id);
    await shortcut?.apply();
    this.#directory(commit, '/', 0);
  }

  #storedDetached(id: Checksum): Metadata | null {
    return this.#repo.find(id, 'commitmeta') === undefined
      ? null
      : decodeDetached(this.#repo.readMetadata(id, 'commitmeta'));
  }

  /** A directory, at a path that is only known where it matters. */
  #directory({ tree, meta }: DirEntry, path: string, depth: number): void {
    if (depth > MAX_DEPTH) {
      throw storeError(
        'OSTREE_PULL_CORRUPT',
        `${this.#source.name} has directories that are more than ${MAX_DEPTH} deep.`,
        {
          hint: 'Such a commit is of no use: somebody made it to do harm.',
          data: { from: this.#source.name },
        },
      );
    }
    if (this.#seen.add(meta, 'dirmeta') && !this.#writer.has(meta, 'dirmeta')) {
      this.#want(() => this.#metadata(meta, 'dirmeta', (bytes) => void decodeDirMeta(bytes)));
    }
    const inside = this.#isInside(path);
    if (inside) {
      if (!this.#seen.add(tree, 'dirtree')) return;
    } else {
      const place = `${tree} ${path}`;
      if (this.#entered.has(place)) return;
      this.#entered.add(place);
    }
    if (this.#writer.has(tree, 'dirtree')) {
      this.#scheduler.first(async () => this.#entries(this.#repo.readDirTree(tree), path, depth));
      return;
    }
    this.#want(async () => {
      let entries: ReturnType<typeof decodeDirTree> | undefined;
      await this.#metadata(tree, 'dirtree', (bytes) => {
        entries = decodeDirTree(bytes);
      });
      this.#entries(entries!, path, depth);
    });
  }

  #entries({ files, dirs }: ReturnType<typeof decodeDirTree>, path: string, depth: number): void {
    const inside = this.#isInside(path);
    const { subpaths } = this.#options;
    for (const [name, id] of files) {
      if (!inside && !isAtOrBelow(`${path}${name}`, subpaths)) continue;
      if (!this.#seen.add(id, 'file') || this.#writer.has(id, 'file')) continue;
      this.#wanted++;
      this.#files.push(id);
    }
    this.#scheduler.wake();
    for (const [name, entry] of dirs) {
      if (inside) this.#directory(entry, path, depth + 1);
      else if (mayHold(`${path}${name}`, subpaths)) this.#directory(entry, `${path}${name}/`, depth + 1);
    }
  }

  async #metadata(id: Checksum, type: 'dirtree' | 'dirmeta', validate: (bytes: Uint8Array) => void): Promise<void> {
    const source = this.#sourceOf(id, type);
    const bytes = await source.metadata(id, type);
    if (bytes === null) throw this.#missing(id, type);
    this.#decode(id, type, () => validate(bytes));
    source.store(id, type, bytes);
    this.#count(source, 'metadata');
    this.#progress();
  }

  async #content(id: Checksum): Promise<void> {
    const cache = this.#options.caches.find(({ repo }) => repo.find(id, 'file') !== undefined);
    const source = cache ?? this.#source;
    await source.content(id);
    this.#count(source, 'content');
    this.#progress();
  }

  /** The first of the caches that has an object, else what is pulled from. */
  #sourceOf(id: Checksum, type: MetadataType): PullSource {
    return this.#options.caches.find(({ repo }) => repo.find(id, type) !== undefined) ?? this.#source;
  }

  #want(job: () => Promise<void>): void {
    this.#wanted++;
    this.#scheduler.first(job);
  }

  /** Whether all below a path is wanted. */
  #isInside(path: string): boolean {
    const { subpaths } = this.#options;
    return subpaths.length === 0 || isAtOrBelow(path, subpaths);
  }

  #count(source: PullSource, what: 'metadata' | 'content'): void {
    this.#counts[`${what}${source.local ? 'Imported' : 'Fetched'}`]++;
  }

  #progress(): void {
    const { metadataFetched, contentFetched, metadataImported, contentImported } = this.#counts;
    const done = metadataFetched + contentFetched + metadataImported + contentImported;
    this.#options.advance(done, Math.max(done, this.#wanted));
  }

  #marker(commit: Checksum): string {
    return join(this.#repo.path, 'state', `${commit}.commitpartial`);
  }

  #decode<T>(id: Checksum, type: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw storeError(
        'OSTREE_PULL_CORRUPT',
        `Corrupted ${type} object ${id} from ${this.#source.name}: ${error.message}.`,
        {
          hint: 'Somebody made a commit that no repository may have: do not pull it.',
          data: { object: id, type, from: this.#source.name },
          cause: error,
        },
      );
    }
  }

  #missing(id: Checksum, type: string) {
    return storeError(
      'OSTREE_PULL_MISSING',
      `${this.#source.name} lacks the ${type} object ${id}${this.#source.absence}.`,
      {
        hint: 'The repository there is not complete, or the commit was pruned: pull a newer one.',
        data: { object: id, type, from: this.#source.name },
      },
    );
  }
}
