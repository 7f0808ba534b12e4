import { type Advisory, type PackageIndex, RELATION_KINDS } from '@ostrata/contract';
import { indexColumns, StringPool } from '@ostrata/package-columns';
import { RichDependencyError } from '@ostrata/package-spec';
import { compareEvr, parseEvr } from '../codec/version.ts';
import type { FileLists } from './filelists.ts';
import { Changelogs } from './other.ts';
import { type ByteSource, decodeSections, encodeSections, PackedKind, PartialSections } from './packed-file.ts';
import { type DetailsLoader, type PackedDetails, PackedPackages, WholeDetails } from './packed-packages.ts';
import { PartialDetails } from './partial-details.ts';
import { PathLists } from './path-lists.ts';

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function signed(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function doubles(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
}

function pool(bytes: Uint8Array, offsets: Uint8Array): StringPool {
  return new StringPool({ bytes, offsets: words(offsets) });
}

function paths(strings: StringPool, starts: Uint8Array, directories: Uint8Array, names: Uint8Array): PathLists {
  return new PathLists(strings, { starts: words(starts), directories: words(directories), names: words(names) });
}

/** The two files of packed packages: what solvers need, and the rest. */
export interface PackedPair {
  readonly index: Buffer;
  readonly details: Buffer;
}

/**
 * Packs what was read of a `primary.xml`; `key` identifies that file. Strings within rich dependencies are added to its strings.
 * @throws StringPoolError
 */
export function encodePackages(packages: PackedPackages, key: string): PackedPair {
  const { paths: files, loaded } = packages;
  const strings = packages.columns.strings as StringPool;
  const { names, evrs, archs, vendors, dependencies, starts, lists } = loaded.columns;
  const index = indexOf(packages, strings);
  return {
    index: encodeSections(PackedKind.INDEX, key, [
      strings.bytes,
      strings.offsets,
      strings.index,
      files.strings.bytes,
      files.strings.offsets,
      files.strings.index,
      files.columns.starts,
      files.columns.directories,
      files.columns.names,
      ...(index === undefined ? NO_INDEX : sectionsOf(index)),
    ]),
    details: encodeSections(PackedKind.PRIMARY, key, [
      names,
      evrs,
      archs,
      vendors,
      dependencies.names,
      dependencies.comparisons,
      dependencies.evrs,
      starts,
      lists,
      loaded.details.strings.bytes,
      loaded.details.strings.offsets,
      loaded.details.texts,
      loaded.details.quantities,
    ]),
  };
}

/** Kinds of lists in an index: requirements of scripts come last. */
const LIST_KINDS = RELATION_KINDS.length + 1;
const NO_INDEX = Array.from({ length: 15 + LIST_KINDS }, () => new Int32Array(0));

function sectionsOf(index: PackageIndex): Int32Array[] {
  const { names, evrs, archs, vendors, relations, dependencies, lists } = index;
  const { packages, how, byString, byRelation, hinting, paths, suse } = index;
  const { left, operator, right } = relations;
  const first = [names, evrs, archs, vendors, left, operator, right, dependencies, ...lists];
  return [...first, packages, how, byString, byRelation, hinting, paths, suse];
}

/** Undefined when something in it cannot be understood: whoever solves with it says what. */
function indexOf(packages: PackedPackages, strings: StringPool): PackageIndex | undefined {
  try {
    return indexColumns(packages.columns, {
      owners: (paths) => packages.paths.owners(paths),
      compare: (a, b) => compareEvr(parseEvr(a), parseEvr(b)),
      strings,
    });
  } catch (error) {
    if (error instanceof RichDependencyError) return undefined;
    throw error;
  }
}

/**
 * Reads what {@link encodePackages} wrote, without copying. @throws MetadataError METADATA_CACHE_DAMAGED
 * @param details gives what the second file holds, when it is asked for
 */
export function decodePackages(file: Uint8Array, key: string, details: DetailsLoader): PackedPackages {
  const sections = decodeSections(PackedKind.INDEX, key, file, 9 + NO_INDEX.length);
  let next = 0;
  const take = (): Uint8Array => sections[next++]!;
  const ids = (): Int32Array => signed(take());
  const strings = new StringPool({ bytes: take(), offsets: words(take()) }, ids());
  const pathStrings = new StringPool({ bytes: take(), offsets: words(take()) }, ids());
  const files = paths(pathStrings, take(), take(), take());
  const count = files.columns.starts.length - 1;
  // Members are read in the order in which they stand.
  const index: PackageIndex = {
    strings,
    names: ids(),
    evrs: ids(),
    archs: ids(),
    vendors: ids(),
    relations: { left: ids(), operator: ids(), right: ids() },
    dependencies: ids(),
    lists: Array.from({ length: LIST_KINDS }, ids),
    packages: ids(),
    how: ids(),
    byString: ids(),
    byRelation: ids(),
    hinting: ids(),
    paths: ids(),
    suse: ids(),
  };
  return new PackedPackages(count, strings, index.names.length === 0 ? undefined : index, files, details);
}

/** Reads the second file of {@link encodePackages}. @throws MetadataError METADATA_CACHE_DAMAGED */
export function decodeDetails(file: Uint8Array, key: string): PackedDetails {
  const { columns, details } = detailsOf(decodeSections(PackedKind.PRIMARY, key, file, DETAIL_SECTIONS));
  return new WholeDetails(columns, details);
}

/** The same out of a file of which only so much is read as is asked for. @throws MetadataError METADATA_CACHE_DAMAGED */
export function openDetails(file: ByteSource, key: string): PackedDetails {
  const parts = new PartialSections(PackedKind.PRIMARY, key, file, DETAIL_SECTIONS);
  const [bytes, offsets] = parts.sections.slice(DETAIL_STRINGS) as [Uint8Array, Uint8Array];
  return new PartialDetails(parts, detailsOf(parts.sections), { bytes, offsets: words(offsets) });
}

const DETAIL_SECTIONS = 13;
/** Which of them begin the strings. */
const DETAIL_STRINGS = 9;

function detailsOf(sections: readonly Uint8Array[]): Pick<PackedDetails, 'columns' | 'details'> {
  let next = 0;
  const take = (): Uint8Array => sections[next++]!;
  const columns = {
    names: words(take()),
    evrs: words(take()),
    archs: words(take()),
    vendors: words(take()),
    dependencies: { names: words(take()), comparisons: take(), evrs: words(take()) },
    starts: words(take()),
    lists: words(take()),
  };
  return { columns, details: { strings: pool(take(), take()), texts: words(take()), quantities: doubles(take()) } };
}

/** Packs what was read of a `filelists.xml`. */
export function encodeFileLists({ packages, paths: { strings, columns } }: FileLists, key: string): Buffer {
  return encodeSections(PackedKind.FILELISTS, key, [
    strings.bytes,
    strings.offsets,
    packages,
    columns.starts,
    columns.directories,
    columns.names,
  ]);
}

/** Reads what {@link encodeFileLists} wrote. @throws MetadataError METADATA_CACHE_DAMAGED */
export function decodeFileLists(file: Uint8Array, key: string): FileLists {
  const [bytes, offsets, packages, starts, directories, names] = decodeSections(PackedKind.FILELISTS, key, file, 6);
  return {
    packages: words(packages!),
    paths: paths(pool(bytes!, offsets!), starts!, directories!, names!),
  };
}

/** Packs what was read of an `other.xml`. */
export function encodeChangelogs({ columns }: Changelogs, key: string): Buffer {
  const { strings, packages, starts, authors, times, texts } = columns;
  const sections = [strings.bytes, strings.offsets, packages, starts, authors, times, texts];
  return encodeSections(PackedKind.OTHER, key, sections);
}

/** Reads what {@link encodeChangelogs} wrote. @throws MetadataError METADATA_CACHE_DAMAGED */
export function decodeChangelogs(file: Uint8Array, key: string): Changelogs {
  const [bytes, offsets, ...rest] = decodeSections(PackedKind.OTHER, key, file, 7);
  const [packages, starts, authors, times, texts] = rest.map(words);
  return new Changelogs({
    strings: pool(bytes!, offsets!),
    packages: packages!,
    starts: starts!,
    authors: authors!,
    times: times!,
    texts: texts!,
  });
}

/** Packs what was read of an `updateinfo.xml`. */
export function encodeAdvisories(advisories: readonly Advisory[], key: string): Buffer {
  return encodeSections(PackedKind.UPDATEINFO, key, [Buffer.from(JSON.stringify(advisories))]);
}

/** Reads what {@link encodeAdvisories} wrote. @throws MetadataError METADATA_CACHE_DAMAGED */
export function decodeAdvisories(file: Uint8Array, key: string): Advisory[] {
  const [text] = decodeSections(PackedKind.UPDATEINFO, key, file, 1);
  return JSON.parse(Buffer.from(text!).toString()) as Advisory[];
}
