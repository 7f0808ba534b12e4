import { linkSync, lstatSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import { decodeDetached } from '../codec/commit.ts';
import { isRegular } from '../codec/mode.ts';
import { errnoOf, storeError } from '../errors.ts';
import { isPartial } from '../fsck/check.ts';
import { traverseTree } from '../fsck/traverse.ts';
import type { ObjectType } from '../repo/object-path.ts';
import { ObjectSet } from '../repo/object-set.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import { userOnlyProblem } from '../repo/storage/bare-user-only.ts';
import { WorkerPool } from '../workers/pool.ts';
import { convertFile } from './convert-file.ts';

export interface PullTarget {
  readonly repo: Repository;
  readonly writer: ObjectWriter;
  /** The staging directory of the writer. */
  readonly staging: string;
  /** Threads that may convert files. */
  readonly workers: number;
  /** Called now and then with how much is done of all that is missing; may throw to stop. */
  advance(done: number, total: number): void;
}

/** From so many bytes on it is worth to start threads. */
const MANY_BYTES = 8 * 1024 * 1024;
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_FILES = 100;

/**
 * Copies a commit with all that it reaches from another repository on this machine, only what is missing: as hard links where both
 * keep the object alike on one file system, else by reading and writing it, whereby its checksum is verified.
 */
export async function pullLocal(source: Repository, target: PullTarget, commit: Checksum): Promise<void> {
  if (isPartial(source, commit)) {
    throw storeError(
      'OSTREE_OBJECT_MISSING',
      `The repository ${source.path} has only a part of the commit ${commit}.`,
      {
        hint: 'Complete it there first.',
        data: { repository: source.path, commit },
      },
    );
  }
  const { repo, writer } = target;
  if (writer.has(commit, 'commit') && !isPartial(repo, commit)) return;
  const missing = missingObjects(source, writer, commit);
  const total = missing.files.length;
  target.advance(0, total);
  const converted: Checksum[] = [];
  for (const id of missing.files) {
    if (!storedAlike(source, repo, id) || !linkObject(source, writer, id, 'file')) converted.push(id);
  }
  await convertFiles(source, target, converted, { total, trusted: false });
  for (const [id, type] of [...missing.metadata, [commit, 'commit'] as const]) {
    if (!linkObject(source, writer, id, type)) writer.writeMetadata(type, source.readMetadata(id, type));
  }
  if (source.find(commit, 'commitmeta') !== undefined) {
    writer.writeCommitMeta(commit, decodeDetached(source.readMetadata(commit, 'commitmeta')));
  }
  target.advance(total, total);
}

type MetadataType = 'dirtree' | 'dirmeta' | 'commit';

function missingObjects(source: Repository, writer: ObjectWriter, commit: Checksum) {
  const files: Checksum[] = [];
  const metadata: (readonly [Checksum, MetadataType])[] = [];
  const seen = new ObjectSet();
  traverseTree(source, source.readCommit(commit), (id, type) => {
    if (!seen.add(id, type)) return false;
    // Having a directory does not mean to have what is in it: an earlier run may have been broken off.
    if (writer.has(id, type)) return true;
    if (type === 'file') files.push(id);
    else metadata.push([id, type as MetadataType]);
    return true;
  });
  return { files, metadata };
}

/**
 * Files of another repository in the form of this one, in threads when it is worth it. `total` is what `advance` is told; with `trusted`
 * their checksums are not verified.
 */
export async function convertFiles(
  source: Repository,
  target: PullTarget,
  files: readonly Checksum[],
  { total, trusted }: { readonly total: number; readonly trusted: boolean },
): Promise<void> {
  let done = total - files.length;
  const sized = files.map((id) => ({ id, size: lstatSync(source.locate(id, 'file')).size }));
  const advance = (count: number) => {
    done += count;
    target.advance(done, total);
  };
  if (target.workers < 2 || sized.reduce((sum, { size }) => sum + size, 0) < MANY_BYTES) {
    for (const { id } of sized) {
      convertFile(source, target.writer, id, trusted);
      advance(1);
    }
    return;
  }
  await using pool = new WorkerPool({ repository: target.repo.path, staging: target.staging }, target.workers);
  // The largest first, so that no thread is left alone with one at the end.
  sized.sort((a, b) => b.size - a.size);
  await Promise.all(
    batchesBySize(sized).map(async (batch) => {
      await pool.run({ kind: 'convert', source: source.path, files: batch, trusted });
      advance(batch.length);
    }),
  );
}

function batchesBySize(files: readonly { readonly id: Checksum; readonly size: number }[]): Checksum[][] {
  const batches: Checksum[][] = [];
  let room = 0;
  for (const { id, size } of files) {
    const last = batches.at(-1);
    if (!last || size > room || last.length >= BATCH_FILES) {
      batches.push([id]);
      room = BATCH_BYTES - size;
    } else {
      last.push(id);
      room -= size;
    }
  }
  return batches;
}

/**
 * Whether a file of one repository is kept in the same way in the other: it is in repositories of one mode, and where a plain file
 * of root goes from mode bare-user to bare-user-only.
 */
export function storedAlike(source: Repository, target: Repository, id: Checksum): boolean {
  if (source.mode === target.mode) return true;
  if (source.mode !== 'bare-user' || target.mode !== 'bare-user-only') return false;
  const { meta } = source.inspectFile(id);
  return isRegular(meta.mode) && (meta.mode & 0o400) !== 0 && userOnlyProblem(meta) === undefined;
}

/** Makes an object a hard link to that of another repository. False where the system does not allow it. */
export function linkObject(source: Repository, writer: ObjectWriter, id: Checksum, type: ObjectType): boolean {
  try {
    const path = source.locate(id, type);
    writer.adopt(id, type, (temporary) => linkSync(path, temporary));
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EXDEV' || code === 'EMLINK' || code === 'EPERM') return false;
    throw error;
  }
}
