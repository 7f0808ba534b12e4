import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { decodeMetadata } from '../codec/commit.ts';
import { startFileChecksum } from '../codec/file-header.ts';
import type { ObjectType } from '../repo/object-path.ts';
import { listMirrorRefs, listRefs } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { listCommits } from '../repo/revs.ts';
import { traverseTree } from './traverse.ts';

export interface Problem {
  /** `CHECKSUM.TYPE`. */
  readonly object: string;
  readonly problem: string;
}

export interface CheckResult {
  readonly objects: number;
  readonly problems: readonly Problem[];
}

export const isPartial = (repo: Repository, commit: Checksum): boolean =>
  lstatSync(join(repo.path, 'state', `${commit}.commitpartial`), { throwIfNoEntry: false }) !== undefined;

/**
 * Checks every object that a commit of the repository reaches against its checksum and its format, and every ref against the
 * commits. What a partial commit lacks is no problem. `advance` is called after every object and may throw to stop.
 */
export function checkRepository(repo: Repository, advance: (done: number) => void): CheckResult {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const problem = (id: Checksum, type: ObjectType, error: unknown) =>
    problems.push({ object: `${id}.${type}`, problem: error instanceof Error ? error.message : String(error) });
  const check = (id: Checksum, type: ObjectType, partial: boolean): boolean => {
    const key = `${id}.${type}`;
    if (seen.has(key)) return false;
    if (repo.find(id, type) === undefined) {
      if (!partial) {
        seen.add(key);
        problem(id, type, 'is missing');
      }
      return false;
    }
    seen.add(key);
    try {
      checkObject(repo, id, type);
    } catch (error) {
      problem(id, type, error);
      return false;
    } finally {
      advance(seen.size);
    }
    return true;
  };
  const commits = listCommits(repo);
  for (const commit of commits) {
    if (!check(commit, 'commit', false)) continue;
    const { tree, meta } = repo.readCommit(commit);
    const partial = isPartial(repo, commit);
    traverseTree(repo, { tree, meta }, (id, type) => check(id, type, partial));
  }
  for (const [ref, commit] of [...listRefs(repo), ...listMirrorRefs(repo)]) {
    if (!commits.has(commit)) problem(commit, 'commit', `is missing and the ref ${ref} points to it`);
  }
  return { objects: seen.size, problems };
}

function checkObject(repo: Repository, id: Checksum, type: ObjectType): void {
  switch (type) {
    case 'file': {
      const { meta, content } = repo.readFile(id);
      const actual = startFileChecksum(meta).update(content).digest('hex');
      if (actual !== id) throw repo.corrupt(id, type, `its content and metadata have the checksum ${actual}`);
      return;
    }
    case 'dirtree':
      repo.readDirTree(id);
      return;
    case 'dirmeta':
      repo.readDirMeta(id);
      return;
    case 'commit':
      repo.readCommit(id);
      return;
    case 'commitmeta':
      decodeMetadata(repo.readMetadata(id, type));
  }
}
