import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { ObjectIndex } from '../repo/object-index.ts';
import type { ObjectType } from '../repo/object-path.ts';
import { ObjectSet } from '../repo/object-set.ts';
import { listMirrorRefs, listRefs } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { listCommits } from '../repo/revs.ts';
import { batches, WorkerPool } from '../workers/pool.ts';
import { fileProblem } from './check-object.ts';

export interface Problem {
  /** `CHECKSUM.TYPE`. */
  readonly object: string;
  readonly problem: string;
}

export interface CheckResult {
  readonly objects: number;
  readonly problems: readonly Problem[];
}

export interface CheckOptions {
  /** Threads that may read files. */
  readonly workers: number;
  /** Called now and then with the number of objects that were checked; may throw to stop. */
  advance(done: number): void;
}

export const isPartial = (repo: Repository, commit: Checksum): boolean =>
  lstatSync(join(repo.path, 'state', `${commit}.commitpartial`), { throwIfNoEntry: false }) !== undefined;

/** Below so many files threads take longer to start than they save. */
const MANY_FILES = 2000;
const BATCH = 200;

/**
 * Checks every object that a commit of the repository reaches against its checksum and its format, and every ref against the
 * commits. What a partial commit lacks is no problem.
 */
export async function checkRepository(repo: Repository, options: CheckOptions): Promise<CheckResult> {
  const { problems, seen, files } = checkMetadata(repo);
  let done = seen.size - files.length;
  const report = (checked: readonly Checksum[], found: readonly (string | null | undefined)[]) => {
    found.forEach((problem, index) => {
      if (problem) problems.push({ object: `${checked[index]}.file`, problem });
    });
    done += checked.length;
    options.advance(done);
  };
  options.advance(done);
  if (files.length < MANY_FILES || options.workers < 2) {
    for (const part of batches(files, BATCH)) {
      report(
        part,
        part.map((id) => fileProblem(repo, id)),
      );
    }
  } else {
    await using pool = new WorkerPool({ repository: repo.path, staging: null }, options.workers);
    await Promise.all(
      batches(files, BATCH).map(async (part) => report(part, await pool.run({ kind: 'check', files: part }))),
    );
  }
  return { objects: seen.size, problems };
}

/** All but the contents of files, which are listed. */
function checkMetadata(repo: Repository) {
  const problems: Problem[] = [];
  const seen = new ObjectSet();
  const files: Checksum[] = [];
  const index = new ObjectIndex(repo.mode, repo.places);
  /** Whether this is the first time that an object is met, and it is there. */
  const meet = (id: Checksum, type: ObjectType, partial: boolean): boolean => {
    if (seen.has(id, type)) return false;
    const there = index.has(id, type) || repo.find(id, type) !== undefined;
    if (!there && partial) return false;
    seen.add(id, type);
    if (!there) problems.push({ object: `${id}.${type}`, problem: 'is missing' });
    return there;
  };
  const attempt = <T>(id: Checksum, type: ObjectType, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push({ object: `${id}.${type}`, problem: (error as Error).message });
      return undefined;
    }
  };
  const checkTree = (root: DirEntry, partial: boolean): void => {
    const pending: DirEntry[] = [root];
    for (let entry = pending.pop(); entry; entry = pending.pop()) {
      const { tree: id, meta } = entry;
      if (meet(meta, 'dirmeta', partial)) attempt(meta, 'dirmeta', () => repo.readDirMeta(meta));
      const tree = meet(id, 'dirtree', partial) ? attempt(id, 'dirtree', () => repo.readDirTree(id)) : undefined;
      if (!tree) continue;
      for (const file of tree.files.values()) if (meet(file, 'file', partial)) files.push(file);
      pending.push(...tree.dirs.values());
    }
  };
  const commits = listCommits(repo);
  for (const id of commits) {
    const commit = meet(id, 'commit', false) ? attempt(id, 'commit', () => repo.readCommit(id)) : undefined;
    if (commit) checkTree(commit, isPartial(repo, id));
  }
  for (const [ref, commit] of [...listRefs(repo), ...listMirrorRefs(repo)]) {
    if (commits.has(commit)) continue;
    problems.push({ object: `${commit}.commit`, problem: `is missing and the ref ${ref} points to it` });
  }
  return { problems, seen, files };
}
