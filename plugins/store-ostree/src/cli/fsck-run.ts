import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Terminal } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import type { CommitObject } from '../codec/commit.ts';
import type { DirEntry, DirTree } from '../codec/dir-tree.ts';
import { hashOrder } from '../codec/hash-order.ts';
import { errnoOf } from '../errors.ts';
import { isPartial } from '../fsck/check.ts';
import { listCollectionRefs } from '../repo/collections.ts';
import { ObjectSet } from '../repo/object-set.ts';
import { listRefs, parseRefSpec } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { listCommits } from '../repo/revs.ts';
import { batches, WorkerPool } from '../workers/pool.ts';
import { checkBindings, commitBindings } from './bindings.ts';
import type { MetadataType } from './dump.ts';
import { VerbError } from './error.ts';
import { errorText } from './error-text.ts';
import { verifyObject } from './object-check.ts';
import { tryResolve } from './resolve.ts';
import { addTombstone, enableTombstones } from './tombstones.ts';

export interface FsckOptions {
  readonly tombstones: boolean;
  readonly quiet: boolean;
  /** Goes on after a corrupt object. */
  readonly all: boolean;
  /** Removes corrupt objects. */
  readonly delete: boolean;
  readonly bindings: boolean;
  readonly backRefs: boolean;
}

/** Below so many files threads take longer to start than they save. */
const MANY_FILES = 2000;
const BATCH = 200;

interface Reached {
  readonly id: Checksum;
  readonly type: MetadataType | 'file';
  /** The commits that need it. */
  commits: ReadonlySet<Checksum>;
}

/** `ostree fsck`: refs, bindings and every object that a complete commit reaches. */
export class Fsck {
  readonly #repo: Repository;
  readonly #terminal: Terminal;
  readonly #options: FsckOptions;
  /** Objects that were read and with which nothing is wrong. */
  readonly #sound = new ObjectSet();
  #corrupt = false;

  constructor(repo: Repository, terminal: Terminal, options: FsckOptions) {
    this.#repo = repo;
    this.#terminal = terminal;
    this.#options = options;
  }

  async run(): Promise<void> {
    this.#say('Validating refs...\n');
    const refs = listRefs(this.#repo);
    for (const name of hashOrder(refs.keys())) {
      this.#checkRef(refs.get(name)!, parseRefSpec(name)!.ref, undefined);
    }
    this.#say('Validating refs in collections...\n');
    for (const { collection, ref, commit } of listCollectionRefs(this.#repo, { remotes: false })) {
      this.#checkRef(commit, ref, collection);
    }
    this.#say('Enumerating commits...\n');
    const complete: Checksum[] = [];
    const bereft: Checksum[] = [];
    let partial = 0;
    let broken = 0;
    for (const id of listCommits(this.#repo)) {
      const commit = this.#repo.readCommit(id);
      this.#checkBackRefs(id, commit);
      if (commit.parent !== undefined && this.#repo.find(commit.parent, 'commit') === undefined) bereft.push(id);
      if (isPartial(this.#repo, id)) {
        partial++;
        if (readFileSync(partialPath(this.#repo, id), 'utf8').startsWith('f')) broken++;
      } else complete.push(id);
    }
    this.#say(`Verifying content integrity of ${complete.length} commit objects...\n`);
    const objects = this.#reachable(complete);
    await this.#findSoundFiles(objects);
    for (const [index, object] of objects.entries()) {
      if (!this.#sound.has(object.id, object.type)) this.#checkObject(object.id, object.type, object.commits);
      this.#progress(index + 1, objects.length);
    }
    if (this.#options.tombstones) this.#addTombstones(bereft);
    else if (partial > 0) this.#terminal.out(`${partial} partial commits not verified\n`);
    if (this.#corrupt) throw new VerbError('Repository corruption encountered');
    if (broken > 0) throw new VerbError(`${partial} partial commits from fsck-detected corruption`);
    this.#terminal.out(`object fsck of ${complete.length} commits completed successfully - no errors found.\n`);
  }

  #say(text: string): void {
    if (!this.#options.quiet) this.#terminal.out(text);
  }

  /** The first and the last line of libostree's counter; those between depend on the time. */
  #progress(done: number, total: number): void {
    if (done !== 1 && done !== total) return;
    this.#terminal.out(`fsck objects (${done}/${total}) ${Math.floor((done * 100) / total)}%\n`);
  }

  #checkRef(commit: Checksum, ref: string, collection: string | undefined): void {
    this.#checkObject(commit, 'commit', undefined);
    if (this.#repo.find(commit, 'commit') === undefined) {
      const name = collection === undefined ? ref : `(${collection}, ${ref})`;
      throw new VerbError(`Loading commit for ref ${name}: No such metadata object ${commit}.commit`);
    }
    if (!this.#options.bindings) return;
    try {
      checkBindings(this.#repo.readCommit(commit).metadata, ref, collection);
    } catch (error) {
      throw new VerbError(`Commit ${commit}: ${errorText(error)}`, { cause: error });
    }
  }

  /** Every ref that a commit is bound to must lead to it. */
  #checkBackRefs(id: Checksum, { metadata }: CommitObject): void {
    if (!this.#options.backRefs) return;
    const { collection, refs = [] } = commitBindings(metadata);
    for (const ref of refs) {
      const found =
        collection === undefined
          ? tryResolve(this.#repo, ref)
          : listCollectionRefs(this.#repo, { collection, remotes: true }).find((known) => known.ref === ref)?.commit;
      if (found === id) continue;
      const name = collection === undefined ? `Ref ‘${ref}’` : `Collection–ref (${collection}, ${ref})`;
      const problem = found === undefined ? 'does not exist' : 'does not resolve to that commit';
      throw new VerbError(`${name} in bindings for commit ${id} ${problem}`);
    }
  }

  /** All objects of the commits, each once with the commits that it belongs to. Directories are read, and so known to be sound. */
  #reachable(commits: readonly Checksum[]): readonly Reached[] {
    const objects = { commit: new Map<string, Reached>(), dirtree: new Map(), dirmeta: new Map(), file: new Map() };
    const order: Reached[] = [];
    const sets = new CommitSets();
    for (const commit of commits) {
      const note = (id: Checksum, type: MetadataType | 'file') => {
        const known: Reached | undefined = objects[type].get(id);
        if (known) {
          known.commits = sets.with(known.commits, commit);
          return;
        }
        const reached = { id, type, commits: sets.with(undefined, commit) };
        objects[type].set(id, reached);
        order.push(reached);
      };
      note(commit, 'commit');
      const seen = new Set<Checksum>();
      const pending: DirEntry[] = [this.#repo.readCommit(commit)];
      for (let entry = pending.pop(); entry; entry = pending.pop()) {
        note(entry.meta, 'dirmeta');
        note(entry.tree, 'dirtree');
        if (seen.has(entry.tree)) continue;
        seen.add(entry.tree);
        const directory = this.#directory(entry.tree);
        if (!directory) continue;
        for (const id of directory.files.values()) note(id, 'file');
        pending.push(...directory.dirs.values());
      }
    }
    return order;
  }

  /** Undefined for a directory that cannot be read; what is wrong with it is said when it is its turn. */
  #directory(id: Checksum): DirTree | undefined {
    try {
      const tree = this.#repo.readDirTree(id);
      this.#sound.add(id, 'dirtree');
      return tree;
    } catch {
      return undefined;
    }
  }

  /** Has files read in threads, where they are many; what is wrong with the others is found and said one by one, in their order. */
  async #findSoundFiles(objects: readonly Reached[]): Promise<void> {
    const files = objects.flatMap(({ id, type }) => (type === 'file' ? [id] : []));
    const threads = availableParallelism();
    if (files.length < MANY_FILES || threads < 2) return;
    await using pool = new WorkerPool({ repository: this.#repo.path, staging: null }, threads);
    const check = async (part: readonly Checksum[]) => {
      const problems = await pool.run({ kind: 'check', files: part });
      part.forEach((id, index) => {
        if (problems[index] === null) this.#sound.add(id, 'file');
      });
    };
    await Promise.all(batches(files, BATCH).map(check));
  }

  #checkObject(id: Checksum, type: MetadataType | 'file', commits: ReadonlySet<Checksum> | undefined): void {
    const names = commits && hashOrder(commits).join(', ');
    let missing = false;
    try {
      if (this.#repo.find(id, type) === undefined) {
        missing = true;
        this.#terminal.err(`Object missing${names === undefined ? '' : ` in commits ${names}`}: ${id}.${type}\n`);
      } else verifyObject(this.#repo, id, type);
    } catch (error) {
      const text = `${names === undefined ? '' : `In commits ${names}: `}${errorText(error)}`;
      if (!this.#options.delete && !this.#options.all) throw new VerbError(text, { cause: error });
      this.#terminal.err(`${text}\n`);
      this.#corrupt = true;
      if (this.#options.delete) {
        rmSync(this.#repo.locate(id, type));
        missing = true;
      }
    }
    if (!missing) return;
    this.#corrupt = true;
    if (type !== 'commit') for (const commit of commits ?? []) this.#markPartial(commit);
  }

  #markPartial(commit: Checksum): void {
    if (isPartial(this.#repo, commit)) return;
    this.#terminal.err(`Marking commit as partial: ${commit}\n`);
    try {
      writeFileSync(partialPath(this.#repo, commit), 'f', { flag: 'wx', mode: 0o644 });
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }

  #addTombstones(commits: readonly Checksum[]): void {
    if (commits.length > 0) enableTombstones(this.#repo);
    for (const commit of commits) {
      this.#terminal.out(`Adding tombstone for commit ${commit}\n`);
      addTombstone(this.#repo, commit);
    }
  }
}

/** Sets of commits, each of which is made once: thousands of objects belong to the same commits. */
class CommitSets {
  readonly #larger = new Map<ReadonlySet<Checksum> | undefined, Map<Checksum, ReadonlySet<Checksum>>>();

  /** The set with one more commit. */
  with(set: ReadonlySet<Checksum> | undefined, commit: Checksum): ReadonlySet<Checksum> {
    if (set?.has(commit)) return set;
    let known = this.#larger.get(set);
    if (!known) {
      known = new Map();
      this.#larger.set(set, known);
    }
    let larger = known.get(commit);
    if (!larger) {
      larger = new Set([...(set ?? []), commit]);
      known.set(commit, larger);
    }
    return larger;
  }
}

const partialPath = (repo: Repository, commit: Checksum): string => join(repo.path, 'state', `${commit}.commitpartial`);
