import { lstatSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { isPartial } from '../fsck/check.ts';
import { traverseTree } from '../fsck/traverse.ts';
import { pruneSummaryCache } from '../pull/http/summary-cache.ts';
import { listRemotes } from '../remote/index.ts';
import { readNames } from '../repo/directory.ts';
import { removeLeftovers } from '../repo/leftovers.ts';
import { type ObjectType, parseObjectPath } from '../repo/object-path.ts';
import { ObjectSet } from '../repo/object-set.ts';
import { listMirrorRefs, listRefs } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { listCommits } from '../repo/revs.ts';
import { addTombstone, tombstonesEnabled } from './tombstones.ts';

export interface PruneOptions {
  /** Only commit objects are looked at and removed. */
  readonly commitsOnly: boolean;
  readonly dryRun: boolean;
}

export interface PruneCounts {
  readonly total: number;
  readonly pruned: number;
  readonly bytes: number;
}

/** Commits go first: a run that is broken off leaves no commit behind that lacks something. */
const ORDER: readonly ObjectType[] = ['commit', 'dirtree', 'dirmeta', 'file'];

/** `ostree prune`: first what is to be kept is named, then the rest goes. The caller holds the lock. */
export class PruneRun {
  readonly #repo: Repository;
  readonly #options: PruneOptions;
  readonly #reachable = new ObjectSet();

  constructor(repo: Repository, options: PruneOptions) {
    this.#repo = repo;
    this.#options = options;
  }

  /** Keeps what refs reach, and without `refsOnly` every commit that is there. */
  keepAll(depth: number, refsOnly: boolean): void {
    for (const commit of listRefs(this.#repo).values()) this.keep(commit, depth);
    for (const commit of listMirrorRefs(this.#repo).values()) this.keep(commit, depth);
    if (!refsOnly) for (const commit of listCommits(this.#repo)) this.keep(commit, depth);
  }

  /** Keeps a commit with so many of its parents; a negative number is all of them. */
  keep(commit: Checksum, depth: number): void {
    let left = depth;
    for (let id: Checksum | undefined = commit; id !== undefined && this.#repo.find(id, 'commit'); left--) {
      this.#keepCommit(id);
      if (left === 0) return;
      id = this.#repo.readCommit(id).parent;
    }
  }

  /** Keeps a commit, and it and its parents as long as they are not older than a time in seconds. */
  keepSince(commit: Checksum, since: bigint): void {
    if (this.#repo.find(commit, 'commit')) this.#keepCommit(commit);
    for (let id: Checksum | undefined = commit; id !== undefined && this.#repo.find(id, 'commit'); ) {
      const { timestamp, parent } = this.#repo.readCommit(id);
      if (timestamp < since) return;
      this.#keepCommit(id);
      id = parent;
    }
  }

  /** Deletes the static deltas that lead to a commit. */
  deleteDeltas(commit: Checksum): void {
    this.#deltas((to) => to === commit);
  }

  prune(): PruneCounts {
    let total = 0;
    let bytes = 0;
    const doomed = new Map<ObjectType, { id: Checksum; path: string }[]>(ORDER.map((type) => [type, []]));
    for (const prefix of readNames(this.#repo.objectsPath)) {
      for (const name of readNames(join(this.#repo.objectsPath, prefix))) {
        const object = parseObjectPath(prefix, name);
        if (!object || object.type === 'commitmeta') continue;
        const { id, type } = object;
        if (this.#options.commitsOnly && type !== 'commit') continue;
        total++;
        if (this.#reachable.has(id, type)) continue;
        const path = `${this.#repo.objectsPath}/${prefix}/${name}`;
        doomed.get(type)!.push({ id, path });
        bytes += lstatSync(path).size;
      }
    }
    if (!this.#options.dryRun) {
      for (const [type, objects] of doomed) for (const { id, path } of objects) this.#remove(id, type, path);
      this.#deltas((to) => this.#repo.find(to, 'commit') === undefined);
      removeLeftovers(this.#repo);
      pruneSummaryCache(this.#repo.path, new Set(listRemotes(this.#repo).map(({ name }) => name)));
    }
    return { total, pruned: [...doomed.values()].reduce((sum, { length }) => sum + length, 0), bytes };
  }

  #remove(id: Checksum, type: ObjectType, path: string): void {
    if (type !== 'commit') {
      unlinkSync(path);
      return;
    }
    rmSync(join(this.#repo.path, 'state', `${id}.commitpartial`), { force: true });
    if (tombstonesEnabled(this.#repo)) addTombstone(this.#repo, id);
    else {
      rmSync(path.replace(/commit$/, 'commitmeta'), { force: true });
      rmSync(path);
    }
  }

  #keepCommit(id: Checksum): void {
    if (!this.#reachable.add(id, 'commit')) return;
    if (this.#options.commitsOnly) return;
    const partial = isPartial(this.#repo, id);
    traverseTree(this.#repo, this.#repo.readCommit(id), (object, type) => {
      if (this.#reachable.has(object, type)) return false;
      return (!partial || this.#repo.find(object, type) !== undefined) && this.#reachable.add(object, type);
    });
  }

  /** Removes the static deltas whose target is chosen: `deltas/XX/REST` of a checksum in base64, or `FROM-TO`. */
  #deltas(chosen: (to: Checksum) => boolean): void {
    const root = join(this.#repo.path, 'deltas');
    for (const prefix of readNames(root)) {
      for (const name of readNames(join(root, prefix))) {
        const encoded = `${prefix}${name}`;
        const dash = encoded.indexOf('-');
        const to = Buffer.from(encoded.slice(dash + 1).replaceAll('_', '/'), 'base64').toString('hex');
        if (to.length === 64 && chosen(to)) rmSync(join(root, prefix, name), { recursive: true });
      }
    }
  }
}
