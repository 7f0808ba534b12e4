import { RpmFormatError } from './errors.ts';
import {
  alignmentPadding,
  type HeaderBlob,
  type HeaderBlobOptions,
  type HeaderEntry,
  INDEX_ENTRY_SIZE,
  parseHeaderBlob,
} from './header-blob.ts';
import { decodeText, encodeEntry, entryNumbers, entryStrings, entryTexts, type TagValue } from './header-value.ts';
import { Tag, TagType, type TagTypeId, tagName } from './tags.ts';

const TRAILER_SIZE = 16;
const EMPTY_BLOB: HeaderBlob = {
  region: undefined,
  entries: [],
  dribbles: [],
  regionIndex: Buffer.alloc(0),
  regionData: Buffer.alloc(0),
};

/** A tag with the value to give it. `type` may be left out for the tags that rpm knows. */
export interface TagAddition {
  readonly tag: number;
  readonly value: TagValue;
  readonly type?: TagTypeId;
}

/**
 * An RPM header: an immutable map from tag to typed data. What was read stays as it was, byte for byte; what is added lies beside it,
 * so that digests and signatures over the immutable region stay true when the header is written into a package database.
 */
export class Header {
  readonly #blob: HeaderBlob;
  readonly #added: ReadonlyMap<number, HeaderEntry>;
  readonly #removed: ReadonlySet<number>;
  readonly #entries: Map<number, HeaderEntry>;

  private constructor(blob: HeaderBlob, added: ReadonlyMap<number, HeaderEntry>, removed: ReadonlySet<number>) {
    this.#blob = blob;
    this.#added = added;
    this.#removed = removed;
    this.#entries = new Map();
    for (const entry of blob.entries) if (!removed.has(entry.tag)) this.#entries.set(entry.tag, entry);
    for (const entry of added.values()) this.#entries.set(entry.tag, entry);
  }

  /**
   * Parses a header blob: counts, index and data without magic, the form of a package database.
   * @throws RpmFormatError RPM_HEADER_INVALID, RPM_HEADER_TOO_LARGE, RPM_TRUNCATED.
   */
  static parse(bytes: Uint8Array, options: HeaderBlobOptions = {}): Header {
    const blob = parseHeaderBlob(bytes, options);
    const added = new Map(blob.dribbles.map((entry) => [entry.tag, entry]));
    // The new form of the file list stands in for the old one, which stays in the region of an old package.
    return new Header(blob, added, new Set(added.has(Tag.BASENAMES) ? [Tag.OLDFILENAMES] : []));
  }

  /** A header made of nothing but the given tags, without a region. */
  static of(tags: readonly TagAddition[]): Header {
    return new Header(EMPTY_BLOB, new Map(), new Set()).with(tags);
  }

  /** The tag of the region (HEADERIMMUTABLE, HEADERSIGNATURES, HEADERIMAGE), or undefined before rpm 4.0. */
  get region(): number | undefined {
    return this.#blob.region;
  }

  /** All entries, ascending by tag. */
  entries(): HeaderEntry[] {
    return [...this.#entries.values()].sort((a, b) => a.tag - b.tag);
  }

  entry(tag: number): HeaderEntry | undefined {
    return this.#entries.get(tag);
  }

  has(tag: number): boolean {
    return this.#entries.has(tag);
  }

  /** The first string of a tag, untranslated; undefined when absent. */
  string(tag: number): string | undefined {
    const entry = this.#text(tag);
    return entry && decodeText(entry.data.subarray(0, entry.data.indexOf(0)));
  }

  /** All strings of a tag; none when absent. Translated tags give one string per locale of HEADERI18NTABLE. */
  strings(tag: number): string[] {
    const entry = this.#text(tag);
    return entry ? entryTexts(entry) : [];
  }

  /** The strings of a tag as they are on disk, for whom the encoding matters. */
  stringBytes(tag: number): Buffer[] {
    const entry = this.#text(tag);
    return entry ? entryStrings(entry) : [];
  }

  /** The first number of a tag; undefined when absent. */
  number(tag: number): number | undefined {
    return this.numbers(tag)[0];
  }

  /** All numbers of a tag; none when absent. */
  numbers(tag: number): number[] {
    const entry = this.#entries.get(tag);
    return entry ? entryNumbers(entry) : [];
  }

  /** The data of a binary tag; undefined when absent. */
  bytes(tag: number): Buffer | undefined {
    return this.#entries.get(tag)?.data;
  }

  /** The same header with tags added or replaced. */
  with(tags: readonly TagAddition[]): Header {
    const added = new Map(this.#added);
    for (const { tag, value, type } of tags) added.set(tag, encodeEntry(tag, value, type));
    return new Header(this.#blob, added, this.#removed);
  }

  /** The same header with entries added or replaced as they are on disk. */
  withEntries(entries: readonly HeaderEntry[]): Header {
    const added = new Map(this.#added);
    for (const entry of entries) added.set(entry.tag, entry);
    return new Header(this.#blob, added, this.#removed);
  }

  /** The same header without these tags. Those inside the region become invisible; the region keeps its bytes. */
  without(tags: readonly number[]): Header {
    const added = new Map(this.#added);
    for (const tag of tags) added.delete(tag);
    return new Header(this.#blob, added, new Set([...this.#removed, ...tags]));
  }

  /**
   * The header as a blob without magic, as a package database stores it: the region first, unchanged, then the added tags ascending and
   * aligned. A header without a region gets one of the tag HEADERIMAGE around what was read, as rpm does for old packages.
   */
  toBlob(): Buffer {
    const { region, regionIndex, regionData } = this.#blob;
    const indexes: Buffer[] = [regionIndex];
    const data: Buffer[] = [regionData];
    let size = regionData.length;
    if (region === undefined && regionIndex.length > 0) {
      const [entry, trailer] = legacyRegion(regionIndex.length, regionData.length);
      indexes.unshift(entry);
      data.push(trailer);
      size += TRAILER_SIZE;
    }
    for (const entry of [...this.#added.values()].sort((a, b) => a.tag - b.tag)) {
      const padding = alignmentPadding(entry.type, size);
      if (padding > 0) data.push(Buffer.alloc(padding));
      size += padding;
      indexes.push(indexEntry(entry.tag, entry.type, size, entry.count));
      data.push(entry.data);
      size += entry.data.length;
    }
    const counts = Buffer.alloc(8);
    counts.writeUInt32BE(indexes.reduce((total, part) => total + part.length, 0) / INDEX_ENTRY_SIZE, 0);
    counts.writeUInt32BE(size, 4);
    return Buffer.concat([counts, ...indexes, ...data]);
  }

  #text(tag: number): HeaderEntry | undefined {
    const entry = this.#entries.get(tag);
    if (entry && entry.type !== TagType.string && entry.type !== TagType.stringArray && entry.type !== TagType.i18n) {
      throw new RpmFormatError('RPM_TAG_INVALID', `${tagName(tag) ?? tag} does not hold text`, {
        tag,
        type: entry.type,
      });
    }
    return entry;
  }
}

function indexEntry(tag: number, type: number, offset: number, count: number): Buffer {
  const entry = Buffer.alloc(INDEX_ENTRY_SIZE);
  entry.writeUInt32BE(tag, 0);
  entry.writeUInt32BE(type, 4);
  entry.writeInt32BE(offset, 8);
  entry.writeUInt32BE(count, 12);
  return entry;
}

/** The trailer's offset is negative and spans the index of the region, its own entry included. */
function legacyRegion(indexSize: number, dataSize: number): [Buffer, Buffer] {
  return [
    indexEntry(Tag.HEADERIMAGE, TagType.bin, dataSize, TRAILER_SIZE),
    indexEntry(Tag.HEADERIMAGE, TagType.bin, -(indexSize + INDEX_ENTRY_SIZE), TRAILER_SIZE),
  ];
}
