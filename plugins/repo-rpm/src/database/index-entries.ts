import { type Header, Sense, Tag, TagType } from '../codec/index.ts';
import { richNames } from './rich-names.ts';
import type { IndexTable } from './schema.ts';

/** A row of an index table, without the package's number. */
export interface IndexEntry {
  readonly key: string | Uint8Array;
  /** Position of the value in its tag; for file triggers the number of the script. */
  readonly position: number;
}

const RICH_TAGS = new Set<number>([
  Tag.REQUIRENAME,
  Tag.CONFLICTNAME,
  Tag.SUGGESTNAME,
  Tag.SUPPLEMENTNAME,
  Tag.RECOMMENDNAME,
  Tag.ENHANCENAME,
]);

const POSITIONS: Partial<Record<number, number>> = {
  [Tag.FILETRIGGERNAME]: Tag.FILETRIGGERINDEX,
  [Tag.TRANSFILETRIGGERNAME]: Tag.TRANSFILETRIGGERINDEX,
};

const NEEDED_TO_INSTALL =
  Sense.SCRIPT_PRE | Sense.SCRIPT_POST | Sense.RPMLIB | Sense.PRETRANS | Sense.POSTTRANS | (1 << 26);
const NEEDED_LATER = Sense.SCRIPT_PREUN | Sense.SCRIPT_POSTUN | Sense.META;

/** Whether a requirement is over once the package is installed; rpm does not index those. */
function isTransient(flags: number): boolean {
  return (flags & NEEDED_TO_INSTALL) !== 0 && (flags & NEEDED_LATER) === 0;
}

function binaryKey(header: Header, tag: number): Uint8Array[] {
  const entry = header.entry(tag);
  if (!entry) return [];
  // rpm writes numbers as they lie in memory; all architectures that matter are little-endian.
  return [entry.type === TagType.int32 ? Buffer.from(entry.data.subarray(0, 4)).reverse() : entry.data];
}

/** The rows that a package has in an index table (rpm 4.18, lib/rpmdb.c, tag2index). */
export function indexEntries(header: Header, { tag, key }: IndexTable): IndexEntry[] {
  if (key === 'BLOB') return binaryKey(header, tag).map((bytes) => ({ key: bytes, position: 0 }));
  const values = tag === Tag.GROUP ? header.strings(tag).slice(0, 1) : header.strings(tag);
  if (tag === Tag.GROUP && values.length === 0) values.push('Unknown');
  const flags = tag === Tag.REQUIRENAME ? header.numbers(Tag.REQUIREFLAGS) : [];
  const positionTag = POSITIONS[tag];
  const positions = positionTag === undefined ? undefined : header.numbers(positionTag);
  const seen = new Set<string>();
  const entries: IndexEntry[] = [];
  values.forEach((value, i) => {
    if (isTransient(flags[i] ?? 0)) return;
    if (tag === Tag.TRIGGERNAME && seen.has(value)) return;
    seen.add(value);
    const position = positions ? (positions[i] ?? 0) : i;
    entries.push({ key: value, position });
    if (RICH_TAGS.has(tag) && value.startsWith('(')) {
      for (const name of richNames(value)) entries.push({ key: name, position });
    }
  });
  return entries;
}
