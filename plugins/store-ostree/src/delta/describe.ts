import type { Checksum } from '../codec/checksum.ts';
import type { DeltaObject } from '../codec/delta/object-list.ts';
import { type OperationName, OperationReader } from '../codec/delta/operations.ts';
import type { Part } from '../codec/delta/part.ts';
import type { Fallback, PartHeader, Superblock } from '../codec/delta/superblock.ts';
import { StoreError } from '../errors.ts';
import type { Repository } from '../repo/repository.ts';
import { brokenDelta, decodingDelta } from './broken.ts';
import { locateSuperblock } from './names.ts';
import { type OpenDelta, openDelta, readPartFile } from './open-delta.ts';
import { unpackPart } from './read-part.ts';

/** What is in one part. */
export interface PartContents {
  readonly modes: number;
  readonly xattrs: number;
  readonly payloadSize: number;
  readonly operationsSize: number;
  /** How often each operation stands in it. */
  readonly operations: Readonly<Record<OperationName, number>>;
}

export interface PartDescription extends PartHeader {
  /** Undefined for the part that cannot be read. */
  readonly contents: PartContents | undefined;
}

/** What is in a static delta. */
export interface DeltaDescription {
  /** As it was asked for. */
  readonly id: string;
  readonly signed: boolean;
  readonly from: Checksum | undefined;
  readonly to: Checksum;
  readonly endianness: Superblock['endianness'];
  /** Seconds since 1970. */
  readonly timestamp: bigint;
  /** How many other deltas are to be applied before. */
  readonly parents: number;
  readonly fallbacks: readonly Fallback[];
  /** Up to the one that cannot be read. */
  readonly parts: readonly PartDescription[];
  /** How many parts there should be. */
  readonly partCount: number;
  /** Why a part cannot be read: it is absent or broken. */
  readonly problem: StoreError | undefined;
}

/**
 * Describes a delta of the repository by its name, or the one whose superblock is at a path with a slash. Throws OSTREE_DELTA_NAME,
 * OSTREE_DELTA_MISSING, OSTREE_DELTA_INVALID for the superblock; a part that is wrong is told in the description.
 */
export function describeDelta(repo: Repository, id: string): DeltaDescription {
  const delta = openDelta(locateSuperblock(repo, id));
  const { from, to, endianness, timestamp, parents, fallbacks, parts } = delta.superblock;
  const described: PartDescription[] = [];
  let problem: StoreError | undefined;
  for (const [index, header] of parts.entries()) {
    const contents = readContents(delta, index, header);
    const broken = contents instanceof StoreError;
    described.push({ ...header, contents: broken ? undefined : contents });
    if (!broken) continue;
    problem = contents;
    break;
  }
  return {
    id,
    signed: delta.signed !== undefined,
    from,
    to,
    endianness,
    timestamp,
    parents: parents.length,
    fallbacks,
    parts: described,
    partCount: parts.length,
    problem,
  };
}

function readContents(delta: OpenDelta, index: number, header: PartHeader): PartContents | StoreError {
  try {
    const location = delta.part(index);
    const part = unpackPart(readPartFile(location), location.path);
    return {
      modes: part.modes.length,
      xattrs: part.xattrs.length,
      payloadSize: part.payload.length,
      operationsSize: part.operations.length,
      operations: countOperations(part, header.objects, location.path),
    };
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
}

function countOperations(part: Part, objects: readonly DeltaObject[], path: string): Record<OperationName, number> {
  const counts = { splice: 0, open: 0, write: 0, setSource: 0, unsetSource: 0, close: 0, patch: 0 };
  const reader = new OperationReader(part.operations);
  let made = 0;
  decodingDelta(path, () => {
    for (;;) {
      const operation = reader.next(objects[made]?.type !== 'file');
      if (!operation) break;
      const name = operation.kind === 'spliceMeta' || operation.kind === 'spliceFile' ? 'splice' : operation.kind;
      counts[name]++;
      if (name === 'splice' || name === 'close') made++;
      if (made > objects.length) throw brokenDelta(path, 'it makes more objects than it announces');
    }
  });
  return counts;
}
