import type { Context, PackageGroup, PackageTable, PlannedPackage, RelationKind } from '@ostrata/core';
import { Column, type FileLists, type PackedPackages, pathsOf } from '../metadata/index.ts';

export interface TableOptions {
  readonly source: string;
  readonly priority: number;
  readonly packages: PackedPackages;
  /** Indexes that count; null for all. */
  readonly selection: Uint32Array | null;
  readonly groups: () => readonly PackageGroup[];
  readonly fileLists: (ctx: Context) => Promise<FileLists | null>;
}

/** The packages of a repository, read out of packed columns. */
export class RpmMdTable implements PackageTable {
  readonly format = 'rpm';
  readonly source: string;
  readonly priority: number;
  readonly count: number;
  readonly #packages: PackedPackages;
  readonly #selection: Uint32Array | null;
  readonly #readGroups: () => readonly PackageGroup[];
  readonly #readFileLists: (ctx: Context) => Promise<FileLists | null>;
  #groups: readonly PackageGroup[] | null = null;
  #fileLists: FileLists | null = null;
  /** Row of the file lists by checksum of the package. */
  #fileRows: ReadonlyMap<string, number> | null = null;

  constructor({ source, priority, packages, selection, groups, fileLists }: TableOptions) {
    this.source = source;
    this.priority = priority;
    this.#packages = packages;
    this.#selection = selection;
    this.count = selection === null ? packages.count : selection.length;
    this.#readGroups = groups;
    this.#readFileLists = fileLists;
  }

  get filesComplete(): boolean {
    return this.#fileRows !== null;
  }

  get groups(): readonly PackageGroup[] {
    this.#groups ??= this.#readGroups();
    return this.#groups;
  }

  name(index: number): string {
    return this.#packages.text(this.#row(index), Column.NAME);
  }

  epoch(index: number): number {
    return this.#packages.epoch(this.#row(index));
  }

  version(index: number): string {
    return this.#packages.text(this.#row(index), Column.VERSION);
  }

  release(index: number): string {
    return this.#packages.text(this.#row(index), Column.RELEASE);
  }

  arch(index: number): string {
    return this.#packages.text(this.#row(index), Column.ARCH);
  }

  vendor(index: number): string {
    return this.#packages.text(this.#row(index), Column.VENDOR);
  }

  summary(index: number): string {
    return this.#packages.text(this.#row(index), Column.SUMMARY);
  }

  relations(index: number, kind: RelationKind) {
    return this.#packages.relations(this.#row(index), kind);
  }

  files(index: number): readonly string[] {
    const row = this.#row(index);
    const listed = this.#fileRows?.get(this.#packages.text(row, Column.CHECKSUM));
    if (listed === undefined || this.#fileLists === null) return this.#packages.files(row);
    return pathsOf(this.#fileLists.files, this.#fileLists.strings, listed);
  }

  async loadFiles(ctx: Context): Promise<void> {
    if (this.#fileRows !== null) return;
    const lists = await this.#readFileLists(ctx);
    const rows = new Map<string, number>();
    if (lists !== null) for (const [row, id] of lists.packages.entries()) rows.set(lists.strings.text(id), row);
    this.#fileLists = lists;
    this.#fileRows = rows;
  }

  planned(index: number, reason: PlannedPackage['reason']): PlannedPackage {
    const row = this.#row(index);
    return {
      format: this.format,
      name: this.name(index),
      epoch: this.epoch(index),
      version: this.version(index),
      release: this.release(index),
      arch: this.arch(index),
      source: this.source,
      location: this.#packages.text(row, Column.LOCATION),
      checksum: this.#packages.checksum(row),
      size: this.#packages.size(row),
      installedSize: this.#packages.installedSize(row),
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
