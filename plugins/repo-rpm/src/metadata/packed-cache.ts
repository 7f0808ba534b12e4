import type { Advisory } from '@ostrata/contract';
import { StringPool } from '@ostrata/package-columns';
import type { FileLists } from './filelists.ts';
import { Changelogs } from './other.ts';
import { decodeSections, encodeSections, PackedKind } from './packed-file.ts';
import { PackedPackages } from './packed-packages.ts';
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

/** Packs what was read of a `primary.xml`; `key` identifies that file. */
export function encodePackages({ columns, details, paths: files }: PackedPackages, key: string): Buffer {
  const { strings, names, evrs, archs, vendors, dependencies, starts, lists } = columns;
  return encodeSections(PackedKind.PRIMARY, key, [
    strings.bytes,
    strings.offsets,
    new StringPool(strings).index,
    names,
    evrs,
    archs,
    vendors,
    dependencies.names,
    dependencies.comparisons,
    dependencies.evrs,
    starts,
    lists,
    details.strings.bytes,
    details.strings.offsets,
    details.texts,
    details.quantities,
    files.strings.bytes,
    files.strings.offsets,
    files.columns.starts,
    files.columns.directories,
    files.columns.names,
  ]);
}

/** Reads what {@link encodePackages} wrote, without copying. @throws MetadataError METADATA_CACHE_DAMAGED */
export function decodePackages(file: Uint8Array, key: string): PackedPackages {
  const sections = decodeSections(PackedKind.PRIMARY, key, file, 21);
  let next = 0;
  const take = (): Uint8Array => sections[next++]!;
  const columns = {
    strings: new StringPool({ bytes: take(), offsets: words(take()) }, signed(take())),
    rows: null,
    names: words(take()),
    evrs: words(take()),
    archs: words(take()),
    vendors: words(take()),
    dependencies: { names: words(take()), comparisons: take(), evrs: words(take()) },
    starts: words(take()),
    lists: words(take()),
  };
  const details = { strings: pool(take(), take()), texts: words(take()), quantities: doubles(take()) };
  return new PackedPackages(columns, details, paths(pool(take(), take()), take(), take(), take()));
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
