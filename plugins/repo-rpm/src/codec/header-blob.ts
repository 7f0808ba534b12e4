import { RpmFormatError } from './errors.ts';
import { Tag, TagType, tagType } from './tags.ts';

/** One entry of a header's index with its data as it lies on disk (numbers big-endian, strings ended by NUL). */
export interface HeaderEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly data: Buffer;
}

/** A header blob whose structure has been checked. */
export interface HeaderBlob {
  /** The region tag (61 to 63) or undefined in a package older than rpm 4.0. */
  readonly region: number | undefined;
  /** Index entries within the region, the region's own entry excluded, in their order on disk. */
  readonly entries: readonly HeaderEntry[];
  /** Entries after the region: what was added to the header later. */
  readonly dribbles: readonly HeaderEntry[];
  /** The index entries of the region (its own included) and its data (its trailer included), as on disk. */
  readonly regionIndex: Buffer;
  readonly regionData: Buffer;
}

export interface HeaderBlobOptions {
  /** The region tag that a header of this kind has; undefined accepts any. */
  readonly region?: number;
  /** In package files nothing may follow the region. */
  readonly exact?: boolean;
  /** Whether the types of known tags must be as rpm defines them: in main headers with a region, never in signature headers. */
  readonly typed?: boolean;
}

export const INDEX_ENTRY_SIZE = 16;
const TRAILER_SIZE = 16;
const MAX_TAGS = 0xffff;
const MAX_DATA = 0x0fffffff;
const MAX_ARRAY = 0x000fffff;
const MAX_SIGNATURE_TAGS = 32;
const MAX_SIGNATURE_DATA = 64 * 1024 * 1024;
const FIRST_TAG = 100;
const LAST_TAG = 0x7fffffff;
const LAST_REGION = 63;

/** Bytes of one element by type; 0 for strings, whose length is in the data. */
const SIZES = [0, 1, 1, 2, 4, 8, 0, 1, 0, 0];
const STRINGS = new Set<number>([TagType.string, TagType.stringArray, TagType.i18n]);

/** Bytes before data of a type at an offset, so that its numbers lie where their size divides. */
export function alignmentPadding(type: number, offset: number): number {
  const unit = type === TagType.bin ? 1 : SIZES[type] || 1;
  return (unit - (offset % unit)) % unit;
}

function invalid(message: string, data: Record<string, number> = {}): RpmFormatError {
  return new RpmFormatError('RPM_HEADER_INVALID', message, data);
}

/**
 * Checks the two counts that begin a header before anything is allocated for it.
 * @returns the size in bytes of index and data.
 * @throws RpmFormatError RPM_HEADER_TOO_LARGE, RPM_HEADER_INVALID.
 */
export function checkHeaderSize(tags: number, dataSize: number, region: number | undefined): number {
  const signature = region === Tag.HEADERSIGNATURES;
  if (tags > (signature ? MAX_SIGNATURE_TAGS : MAX_TAGS)) {
    throw new RpmFormatError('RPM_HEADER_TOO_LARGE', `the header claims ${tags} tags`, { tags });
  }
  if (dataSize > (signature ? MAX_SIGNATURE_DATA : MAX_DATA)) {
    throw new RpmFormatError('RPM_HEADER_TOO_LARGE', `the header claims ${dataSize} bytes of data`, { dataSize });
  }
  if (tags < 1) throw invalid('the header has no tags');
  return tags * INDEX_ENTRY_SIZE + dataSize;
}

interface Region {
  readonly tag: number;
  readonly tags: number;
  readonly dataSize: number;
}

function checkRegion(index: Buffer, data: Buffer, options: HeaderBlobOptions): Region | undefined {
  const tag = index.readUInt32BE(0);
  if (options.region === undefined ? tag >= FIRST_TAG : tag !== options.region) return undefined;
  if (tag > LAST_REGION) return undefined;
  const [type, offset, count] = [index.readUInt32BE(4), index.readUInt32BE(8), index.readUInt32BE(12)];
  if (type !== TagType.bin || count !== TRAILER_SIZE)
    throw invalid('the region entry is malformed', { tag, type, count });
  if (offset + TRAILER_SIZE > data.length)
    throw invalid('the region trailer lies outside of the data', { tag, offset });
  const trailer = data.subarray(offset, offset + TRAILER_SIZE);
  let trailerTag = trailer.readUInt32BE(0);
  // Signature headers of some old packages end in a trailer of the older kind.
  if (tag === Tag.HEADERSIGNATURES && trailerTag === Tag.HEADERIMAGE) trailerTag = tag;
  if (trailerTag !== tag || trailer.readUInt32BE(4) !== TagType.bin || trailer.readUInt32BE(12) !== TRAILER_SIZE) {
    throw invalid('the region trailer is malformed', { tag, trailerTag });
  }
  const indexSize = -trailer.readInt32BE(8);
  const tags = indexSize / INDEX_ENTRY_SIZE;
  const dataSize = offset + TRAILER_SIZE;
  if (!Number.isInteger(tags) || tags < 1 || indexSize > index.length) {
    throw invalid('the region covers more than the index', { tag, indexSize });
  }
  if (options.exact && (indexSize !== index.length || dataSize !== data.length)) {
    throw invalid('data lie outside of the immutable region', { tag, indexSize, dataSize });
  }
  return { tag, tags, dataSize };
}

function stringsLength(data: Buffer, offset: number, count: number): number {
  let position = offset;
  // Strings are short: a call of `indexOf` takes longer than the loop.
  for (let left = count; left > 0; position++) {
    if (position >= data.length) return -1;
    if (data[position] === 0) left--;
  }
  return position - offset;
}

function typeFits(tag: number, type: number): boolean {
  const expected = tagType(tag);
  return expected === undefined || expected === type || (STRINGS.has(expected) && STRINGS.has(type));
}

function entryLength(data: Buffer, type: number, offset: number, count: number): number {
  const size = SIZES[type] ?? 0;
  if (size === 0) return type === TagType.string && count !== 1 ? -1 : stringsLength(data, offset, count);
  return offset % size !== 0 && type !== TagType.bin ? -1 : size * count;
}

/** Nothing but padding may lie between the data of entries: what no tag names would be a place to hide things. */
function checkNoGaps(entries: readonly HeaderEntry[], size: number): void {
  let end = 0;
  for (const { type, data } of entries) end += alignmentPadding(type, end) + data.length;
  if (end !== size) throw invalid(`the header's tags cover ${end} of ${size} bytes of its data`, { end, size });
}

function checkEntries(index: Buffer, data: Buffer, region: Region | undefined, typed: boolean): HeaderEntry[] {
  const entries: HeaderEntry[] = [];
  let previousEnd = 0;
  for (let at = region ? INDEX_ENTRY_SIZE : 0; at < index.length; at += INDEX_ENTRY_SIZE) {
    const tag = index.readUInt32BE(at);
    const type = index.readUInt32BE(at + 4);
    const offset = index.readUInt32BE(at + 8);
    const count = index.readUInt32BE(at + 12);
    const bad = (why: string) =>
      invalid(`entry ${at / INDEX_ENTRY_SIZE} of the header's index ${why}`, { tag, type, offset, count });
    if (offset < previousEnd) throw bad('overlaps the one before');
    if (tag < FIRST_TAG || tag > LAST_TAG) throw bad('has a reserved tag');
    if (type < TagType.char || type > TagType.i18n) throw bad('has an unknown type');
    if (count < 1 || count > data.length || (type !== TagType.bin && count > MAX_ARRAY))
      throw bad('has an impossible count');
    if (offset > data.length) throw bad('points outside of the data');
    if (typed && !typeFits(tag, type)) throw bad('has a type that its tag never has');
    const length = entryLength(data, type, offset, count);
    const end = offset + length;
    if (length <= 0 || end > data.length) throw bad('does not fit into the data');
    if (region && offset < region.dataSize && end > region.dataSize - TRAILER_SIZE)
      throw bad('overlaps the region trailer');
    entries.push({ tag, type, count, data: data.subarray(offset, end) });
    previousEnd = end;
  }
  checkNoGaps(entries, data.length - (region ? TRAILER_SIZE : 0));
  return entries;
}

/**
 * Checks and indexes a header blob: counts, index, data, without the magic of package files. Every entry must lie inside the data,
 * aligned, ascending, without overlap; strings must end. The limits are rpm's (lib/header.cc, hdrblobInit).
 * @throws RpmFormatError RPM_HEADER_INVALID, RPM_HEADER_TOO_LARGE, RPM_TRUNCATED.
 */
export function parseHeaderBlob(bytes: Uint8Array, options: HeaderBlobOptions = {}): HeaderBlob {
  const blob = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (blob.length < 8) throw new RpmFormatError('RPM_TRUNCATED', 'the header is shorter than its counts');
  const tags = blob.readUInt32BE(0);
  const size = 8 + checkHeaderSize(tags, blob.readUInt32BE(4), options.region);
  if (blob.length < size) throw new RpmFormatError('RPM_TRUNCATED', `the header has ${blob.length} bytes of ${size}`);
  if (blob.length > size) throw invalid(`${blob.length - size} bytes follow the header`);
  const dataStart = 8 + tags * INDEX_ENTRY_SIZE;
  const index = blob.subarray(8, dataStart);
  const data = blob.subarray(dataStart);
  const region = checkRegion(index, data, options);
  const entries = checkEntries(index, data, region, region !== undefined && (options.typed ?? false));
  const inRegion = region ? region.tags - 1 : entries.length;
  return {
    region: region?.tag,
    entries: entries.slice(0, inRegion),
    dribbles: entries.slice(inRegion),
    regionIndex: region ? index.subarray(0, region.tags * INDEX_ENTRY_SIZE) : index,
    regionData: region ? data.subarray(0, region.dataSize) : data,
  };
}
