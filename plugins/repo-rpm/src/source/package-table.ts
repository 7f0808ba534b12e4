import type {
  Advisory,
  ChangelogEntry,
  Context,
  PackageColumns,
  PackageDetails,
  PackageGroup,
  PackageTable,
  PlannedPackage,
  RelationKind,
} from '@ostrata/contract';
import { type Changelogs, Detail, type FileLists, type PackedPackages, Quantity } from '../metadata/index.ts';

/** What is read of a repository only when somebody asks; null for what it does not have. */
export interface FurtherMetadata {
  groups(): readonly PackageGroup[];
  fileLists(ctx: Context): Promise<FileLists | null>;
  changelogs(ctx: Context): Promise<Changelogs | null>;
  advisories(ctx: Context): Promise<readonly Advisory[] | null>;
}

export interface TableOptions {
  readonly source: string;
  readonly priority: number;
  readonly packages: PackedPackages;
  /** Rows that count; null for all. */
  readonly selection: Uint32Array | null;
  readonly further: FurtherMetadata;
}

/** The packages of a repository, read out of packed columns. */
export class RpmMdTable implements PackageTable {
  readonly format = 'rpm';
  readonly source: string;
  readonly priority: number;
  readonly count: number;
  readonly #packages: PackedPackages;
  readonly #selection: Uint32Array | null;
  readonly #further: FurtherMetadata;
  #groups: readonly PackageGroup[] | null = null;
  #files: CompleteFiles | null = null;
  #ownColumns: PackageColumns | null = null;

  constructor({ source, priority, packages, selection, further }: TableOptions) {
    this.source = source;
    this.priority = priority;
    this.#packages = packages;
    this.#selection = selection;
    this.count = selection === null ? packages.count : selection.length;
    this.#further = further;
  }

  /** With complete file lists without the index, which knows only the paths of primary metadata. */
  get columns(): PackageColumns {
    if (this.#selection === null && this.#files === null) return this.#packages.columns;
    this.#ownColumns ??= columnsWithout(this.#packages.columns, this.#selection);
    return this.#ownColumns;
  }

  get filesComplete(): boolean {
    return this.#files !== null;
  }

  get groups(): readonly PackageGroup[] {
    this.#groups ??= this.#further.groups();
    return this.#groups;
  }

  name(index: number): string {
    return this.#packages.name(this.#row(index));
  }

  epoch(index: number): number {
    return this.#packages.evr(this.#row(index)).epoch;
  }

  version(index: number): string {
    return this.#packages.evr(this.#row(index)).version;
  }

  release(index: number): string {
    return this.#packages.evr(this.#row(index)).release;
  }

  arch(index: number): string {
    return this.#packages.arch(this.#row(index));
  }

  vendor(index: number): string {
    return this.#packages.vendor(this.#row(index));
  }

  summary(index: number): string {
    return this.#packages.detail(this.#row(index), Detail.SUMMARY);
  }

  relations(index: number, kind: RelationKind) {
    return this.#packages.relations(this.#row(index), kind);
  }

  files(index: number): readonly string[] {
    const row = this.#row(index);
    return this.#files?.of(row) ?? this.#packages.files(row);
  }

  *owners(paths: readonly string[]): Generator<readonly [index: number, path: number]> {
    const found = this.#files?.owners(paths) ?? this.#packages.paths.owners(paths);
    if (this.#selection === null) return yield* found;
    const indexes = new Map(Array.from(this.#selection, (row, index) => [row, index]));
    for (const [row, path] of found) {
      const index = indexes.get(row);
      if (index !== undefined) yield [index, path];
    }
  }

  async loadFiles(ctx: Context): Promise<void> {
    if (this.#files !== null) return;
    this.#files = new CompleteFiles(this.#packages, await this.#further.fileLists(ctx));
  }

  details(index: number): PackageDetails {
    const row = this.#row(index);
    const text = (column: number): string => this.#packages.detail(row, column);
    return {
      description: text(Detail.DESCRIPTION),
      url: text(Detail.URL),
      license: text(Detail.LICENSE),
      packager: text(Detail.PACKAGER),
      sourcePackage: text(Detail.SOURCE),
      buildTime: this.#packages.quantity(row, Quantity.BUILD_TIME),
    };
  }

  async changelogs(ctx: Context): Promise<(index: number) => readonly ChangelogEntry[]> {
    const all = await this.#further.changelogs(ctx);
    return (index) => all?.of(this.#packages.detail(this.#row(index), Detail.CHECKSUM)) ?? [];
  }

  async advisories(ctx: Context): Promise<readonly Advisory[]> {
    return (await this.#further.advisories(ctx)) ?? [];
  }

  planned(index: number, reason: PlannedPackage['reason']): PlannedPackage {
    const row = this.#row(index);
    return {
      format: this.format,
      name: this.name(index),
      ...this.#packages.evr(row),
      arch: this.arch(index),
      source: this.source,
      location: this.#packages.detail(row, Detail.LOCATION),
      checksum: this.#packages.checksum(row),
      size: this.#packages.quantity(row, Quantity.SIZE),
      installedSize: this.#packages.quantity(row, Quantity.INSTALLED),
      reason,
    };
  }

  #row(index: number): number {
    if (this.#selection === null) return index;
    const row = this.#selection[index];
    if (row === undefined) throw new RangeError(`no package ${index}`);
    return row;
  }
}

function columnsWithout(columns: PackageColumns, rows: Uint32Array | null): PackageColumns {
  const { strings, names, evrs, archs, vendors, dependencies, starts, lists } = columns;
  return { strings, rows, names, evrs, archs, vendors, dependencies, starts, lists };
}

/** File lists by row of the packages; packages that they do not name have what primary metadata say. */
class CompleteFiles {
  readonly #packages: PackedPackages;
  readonly #lists: FileLists | null;
  /** Row of the lists by row of the packages; -1 without. */
  readonly #rows: Int32Array;

  constructor(packages: PackedPackages, lists: FileLists | null) {
    this.#packages = packages;
    this.#lists = lists;
    this.#rows = new Int32Array(packages.count).fill(-1);
    if (lists === null) return;
    const known = new Map<string, number>();
    for (const [row, id] of lists.packages.entries()) known.set(lists.paths.strings.text(id), row);
    for (let row = 0; row < packages.count; row++) {
      this.#rows[row] = known.get(packages.detail(row, Detail.CHECKSUM)) ?? -1;
    }
  }

  of(row: number): readonly string[] {
    const listed = this.#rows[row]!;
    return listed < 0 || this.#lists === null ? this.#packages.files(row) : this.#lists.paths.of(listed);
  }

  owners(paths: readonly string[]): [row: number, path: number][] {
    const rowsOf = Map.groupBy(
      Array.from(this.#rows, (listed, row) => ({ listed, row })).filter(({ listed }) => listed >= 0),
      ({ listed }) => listed,
    );
    const found: [number, number][] = [];
    for (const [listed, path] of this.#lists?.paths.owners(paths) ?? []) {
      for (const { row } of rowsOf.get(listed) ?? []) found.push([row, path]);
    }
    for (const [row, path] of this.#packages.paths.owners(paths)) if (this.#rows[row]! < 0) found.push([row, path]);
    return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  }
}
