export { type Comps, CompsReader, type Environment, MAX_COMPS, selectableGroups } from './comps.ts';
export { METADATA_HINTS, type MetadataCode, MetadataError } from './errors.ts';
export { type FileLists, FileListsReader } from './filelists.ts';
export {
  MAX_MIRRORS,
  type Metalink,
  type MetalinkVersion,
  parseMetalink,
  parseMirrorList,
} from './mirrors.ts';
export { Changelogs, OtherReader } from './other.ts';
export {
  decodeAdvisories,
  decodeChangelogs,
  decodeDetails,
  decodeFileLists,
  decodePackages,
  encodeAdvisories,
  encodeChangelogs,
  encodeFileLists,
  encodePackages,
  openDetails,
  type PackedPair,
} from './packed-cache.ts';
export type { ByteSource } from './packed-file.ts';
export { Detail, type PackedDetails, PackedPackages, Quantity } from './packed-packages.ts';
export { PathLists } from './path-lists.ts';
export { PrimaryReader } from './primary.ts';
export { MAX_REPOMD, parseRepomd, type Repomd, type RepomdFile } from './repomd.ts';
export { MAX_UPDATEINFO, UpdateInfoReader } from './updateinfo.ts';
export { isZchunk, readZchunk, readZchunkHeader, type ZchunkChunk, type ZchunkHeader } from './zchunk.ts';
