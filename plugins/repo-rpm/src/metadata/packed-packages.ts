import type { Checksum, Relation, RelationKind } from '@ostrata/core';
import { MetadataError } from './errors.ts';
import type { StringPool } from './string-pool.ts';

/** Order of the kinds of dependency in the columns. */
export const PACKED_KINDS: readonly RelationKind[] = [
  'provides',
  'requires',
  'conflicts',
  'obsoletes',
  'recommends',
  'suggests',
  'supplements',
  'enhances',
];

/** Columns of a package's row of string ids and small numbers. */
export const Column = {
  NAME: 0,
  EPOCH: 1,
  VERSION: 2,
  RELEASE: 3,
  ARCH: 4,
  VENDOR: 5,
  SUMMARY: 6,
  LOCATION: 7,
  ALGORITHM: 8,
  CHECKSUM: 9,
} as const;
export const ROW = 10;

/** Comparisons by number, 0 for none; 8 is added for "needed by the pre-install script". */
export const COMPARISONS = [undefined, '<', '<=', '=', '>=', '>'] as const;
export const PRE = 8;

/** Everything of a `primary.xml` in typed arrays. */
export interface PackageColumns {
  readonly strings: StringPool;
  readonly count: number;
  /** `ROW` numbers a package. */
  readonly rows: Uint32Array;
  /** Bytes of the file, bytes installed: two a package. */
  readonly sizes: Float64Array;
  /** Where the relations of a package and kind begin; `count * 8 + 1` numbers. */
  readonly relationStarts: Uint32Array;
  readonly relationNames: Uint32Array;
  readonly relationEvrs: Uint32Array;
  readonly relationFlags: Uint8Array;
  readonly files: FileColumns;
}

/** Paths by package: directory and last part, each a string id. */
export interface FileColumns {
  /** Where the files of a package begin; `count + 1` numbers. */
  readonly starts: Uint32Array;
  readonly directories: Uint32Array;
  readonly names: Uint32Array;
}

/** Reads packages out of columns; nothing is made before it is asked for. */
export class PackedPackages {
  readonly columns: PackageColumns;

  constructor(columns: PackageColumns) {
    this.columns = columns;
  }

  get count(): number {
    return this.columns.count;
  }

  text(index: number, column: number): string {
    return this.columns.strings.text(this.#cell(index, column));
  }

  epoch(index: number): number {
    return this.#cell(index, Column.EPOCH);
  }

  checksum(index: number): Checksum {
    return { algorithm: this.text(index, Column.ALGORITHM), value: this.text(index, Column.CHECKSUM) };
  }

  /** Bytes of the package file. */
  size(index: number): number {
    return this.columns.sizes[index * 2]!;
  }

  installedSize(index: number): number {
    return this.columns.sizes[index * 2 + 1]!;
  }

  relations(index: number, kind: RelationKind): Relation[] {
    const { relationStarts, relationNames, relationEvrs, relationFlags, strings } = this.columns;
    const slot = index * PACKED_KINDS.length + PACKED_KINDS.indexOf(kind);
    const end = relationStarts[slot + 1]!;
    const relations: Relation[] = [];
    for (let i = relationStarts[slot]!; i < end; i++) {
      const name = strings.text(relationNames[i]!);
      const flags = relationFlags[i]!;
      const compare = COMPARISONS[flags & 7];
      const pre = (flags & PRE) !== 0;
      if (compare === undefined) relations.push(pre ? { name, pre } : { name });
      else {
        const evr = strings.text(relationEvrs[i]!);
        relations.push(pre ? { name, compare, evr, pre } : { name, compare, evr });
      }
    }
    return relations;
  }

  files(index: number): string[] {
    return pathsOf(this.columns.files, this.columns.strings, index);
  }

  #cell(index: number, column: number): number {
    if (!(index >= 0 && index < this.columns.count)) throw new RangeError(`no package ${index}`);
    return this.columns.rows[index * ROW + column]!;
  }
}

/** The absolute paths of one package. */
export function pathsOf(files: FileColumns, strings: StringPool, index: number): string[] {
  const paths: string[] = [];
  const end = files.starts[index + 1]!;
  for (let i = files.starts[index]!; i < end; i++) {
    paths.push(`${strings.text(files.directories[i]!)}/${strings.text(files.names[i]!)}`);
  }
  return paths;
}

/** Interns an absolute path as directory and last part; false for a relative one (source packages have such). */
export function internPath(
  strings: StringPool,
  bytes: Uint8Array,
  start: number,
  end: number,
  directories: { push(id: number): void },
  names: { push(id: number): void },
): boolean {
  if (bytes[start] !== 47) return false;
  let slash = end - 1;
  while (bytes[slash] !== 47) slash--;
  directories.push(strings.intern(bytes, start, slash));
  names.push(strings.intern(bytes, slash + 1, end));
  return true;
}

/** A number of decimal digits. @throws MetadataError METADATA_INVALID naming `what`. */
export function decimal(text: string | undefined, what: string, max: number, line: number): number {
  if (text !== undefined && /^[0-9]{1,16}$/.test(text)) {
    const value = Number(text);
    if (value <= max) return value;
  }
  throw new MetadataError(
    'METADATA_INVALID',
    `${what} is ${text === undefined ? 'missing' : `"${text.slice(0, 40)}"`}`,
    line,
  );
}
