import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Checksum, isChecksum } from '../codec/checksum.ts';
import { decodeDeltaIndex, encodeDeltaIndex, type IndexedDelta } from '../codec/delta/delta-index.ts';
import { deltaIndexPath } from '../codec/delta/name.ts';
import { errnoOf } from '../errors.ts';
import { setConfigKey } from '../repo/config-edit.ts';
import { KeyFile } from '../repo/key-file.ts';
import { lockRepository } from '../repo/lock.ts';
import { replaceFile } from '../repo/replace-file.ts';
import type { Repository } from '../repo/repository.ts';
import { brokenDelta, decodingDelta } from './broken.ts';
import { deltaName, listDeltaIndexes, listDeltas, superblockPath } from './names.ts';

/** An index of a repository lists the deltas to one commit; far above what is useful. */
const MAX_INDEX = 64 * 1024 * 1024;

/** The deltas of a repository with the digests of their superblocks, as a summary and the indexes list them. */
export function indexedDeltas(repo: Repository, to?: Checksum): IndexedDelta[] {
  return listDeltas(repo)
    .filter((name) => to === undefined || name.to === to)
    .map((name) => ({ name, superblock: hash('sha256', readFileSync(superblockPath(repo, name)), 'hex') }));
}

/** The deltas that the index of a commit lists, or undefined where there is no index. Throws OSTREE_DELTA_INVALID. */
export function readDeltaIndex(repo: Repository, to: Checksum): IndexedDelta[] | undefined {
  const path = join(repo.path, deltaIndexPath(to));
  try {
    const { size } = statSync(path);
    if (size > MAX_INDEX) throw brokenDelta(path, `the index has ${size} bytes`);
    const bytes = readFileSync(path);
    return decodingDelta(path, () => decodeDeltaIndex(bytes));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Writes the indexes of all commits that deltas lead to, or of one commit, removes those of commits without deltas, and notes in the
 * config that the repository has indexes. An index that is right is not touched.
 */
export function reindexDeltas(repo: Repository, to?: Checksum): void {
  if (to !== undefined && !isChecksum(to)) deltaName(to);
  using _lock = lockRepository(join(repo.path, '.lock'), 'shared', repo.config);
  noteIndexes(repo);
  const byCommit = new Map<Checksum, IndexedDelta[]>();
  for (const commit of to === undefined ? listDeltaIndexes(repo) : [to]) byCommit.set(commit, []);
  for (const delta of indexedDeltas(repo, to)) {
    byCommit.set(delta.name.to, [...(byCommit.get(delta.name.to) ?? []), delta]);
  }
  for (const [commit, deltas] of byCommit) {
    const path = join(repo.path, deltaIndexPath(commit));
    if (deltas.length === 0) {
      rmSync(path, { force: true });
      continue;
    }
    // The one from nothing first.
    deltas.sort((a, b) => ((a.name.from ?? '') < (b.name.from ?? '') ? -1 : 1));
    const bytes = encodeDeltaIndex(deltas);
    if (hasContent(path, bytes)) continue;
    mkdirSync(dirname(path), { recursive: true, mode: 0o775 });
    replaceFile(path, bytes, { fsync: repo.config.fsync });
  }
}

function hasContent(path: string, bytes: Uint8Array): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.size === bytes.length && readFileSync(path).equals(bytes);
}

/** Sets core.indexed-deltas in the config and leaves all else in it as it is. */
function noteIndexes(repo: Repository): void {
  const path = join(repo.path, 'config');
  const text = readFileSync(path, 'utf8');
  const value = KeyFile.parse(text).get('core', 'indexed-deltas');
  if (value?.trimEnd() === 'true') return;
  replaceFile(path, setConfigKey(text, 'core', 'indexed-deltas', 'true'), { fsync: repo.config.fsync });
}
