// Static deltas: what leads from one commit, or from nothing, to another in a few files. This is the door of the folder, but for `generate.ts`.
export { decodeDeltaIndex, deltaListValue, type IndexedDelta } from '../codec/delta/delta-index.ts';
export {
  type DeltaName,
  deltaId,
  deltaIndexPath,
  deltaPath,
  parseDeltaId,
  parseDeltaPath,
} from '../codec/delta/name.ts';
export type { Endianness, Fallback, PartHeader, Superblock } from '../codec/delta/superblock.ts';
export { type ApplyOptions, applyDelta, applyPart, deltaMetadata, isPartNeeded, writeCommit } from './apply.ts';
export { type DeltaDescription, describeDelta, type PartDescription } from './describe.ts';
export { executePart, type PartTarget } from './execute-part.ts';
export { formatDelta } from './format.ts';
export { indexedDeltas, readDeltaIndex, reindexDeltas } from './indexes.ts';
export {
  deleteDelta,
  deltaExists,
  deltaName,
  listDeltaIndexes,
  listDeltas,
  locateSuperblock,
  superblockPath,
} from './names.ts';
export { type OpenDelta, openDelta, type PartLocation, readDelta } from './open-delta.ts';
export { unpackPart } from './read-part.ts';
