import { linkSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import { decodeMetadata } from '../codec/commit.ts';
import { errnoOf, storeError } from '../errors.ts';
import { isPartial } from '../fsck/check.ts';
import { traverseTree } from '../fsck/traverse.ts';
import type { ObjectType } from '../repo/object-path.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';

/**
 * Copies a commit with all that it reaches from another repository on this machine, only what is missing: as hard links where both
 * keep the object alike on one file system, else by reading and writing it, whereby its checksum is verified. `advance` is called
 * after every object and may throw to stop.
 */
export function pullLocal(
  source: Repository,
  target: Repository,
  writer: ObjectWriter,
  commit: Checksum,
  advance: () => void,
): void {
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
  if (writer.has(commit, 'commit') && !isPartial(target, commit)) return;
  const { tree, meta } = source.readCommit(commit);
  const seen = new Set<string>();
  traverseTree(source, { tree, meta }, (id, type) => {
    const key = `${id}.${type}`;
    if (seen.has(key)) return false;
    seen.add(key);
    // Having a directory does not mean to have what is in it: an earlier run may have been broken off.
    if (!writer.has(id, type)) importObject(source, target, writer, id, type);
    advance();
    return true;
  });
  importObject(source, target, writer, commit, 'commit');
  if (source.find(commit, 'commitmeta') !== undefined) {
    writer.writeCommitMeta(commit, decodeMetadata(source.readMetadata(commit, 'commitmeta')));
  }
}

function importObject(
  source: Repository,
  target: Repository,
  writer: ObjectWriter,
  id: Checksum,
  type: ObjectType,
): void {
  if (type !== 'file' || source.mode === target.mode) {
    if (linkObject(source.locate(id, type), writer, id, type)) return;
  }
  if (type === 'file') {
    const { meta, content } = source.readFile(id);
    const actual = writer.fileId(meta, content);
    if (actual !== id) throw source.corrupt(id, type, `its content and metadata have the checksum ${actual}`);
    writer.writeFile(meta, content);
  } else if (type !== 'commitmeta') writer.writeMetadata(type, source.readMetadata(id, type));
}

function linkObject(path: string, writer: ObjectWriter, id: Checksum, type: ObjectType): boolean {
  try {
    writer.adopt(id, type, (temporary) => linkSync(path, temporary));
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EXDEV' || code === 'EMLINK' || code === 'EPERM') return false;
    throw error;
  }
}
