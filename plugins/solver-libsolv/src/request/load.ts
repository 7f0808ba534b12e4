import type { PackageTable } from '@ostrata/contract';
import { columnsOf } from '@ostrata/package-columns';
import { SolvFile } from '../codec/solv-file.ts';
import type { Session } from '../native/session.ts';
import { ColumnsReader } from './columns-reader.ts';

/** Before paths that packages provide (knownid.h). */
const FILE_MARKER = 'solvable:filemarker';

/** The packages of a table in libsolv's pool, those left out excepted. */
export interface LoadedTable {
  readonly table: PackageTable;
  readonly installed: boolean;
  /** Id of the first one. */
  readonly first: number;
  /** Index in the table, by id - first. */
  readonly indexes: readonly number[];
}

/** A table on its way into the pool. */
interface Prepared {
  readonly table: PackageTable;
  readonly installed: boolean;
  readonly file: SolvFile;
  readonly indexes: number[];
  /** Provides, by package of the file: paths are added. */
  readonly provides: number[][];
}

export interface TableToLoad {
  readonly table: PackageTable;
  readonly installed: boolean;
  /** Whether a package stays out of the pool. */
  leftOut(index: number): boolean;
}

/**
 * Adds tables to a pool. Files become provides where a dependency, or one of `paths`, names them. Smaller priorities are preferred in
 * tables, greater ones by libsolv. @throws RichDependencyError
 */
export function loadTables(session: Session, tables: readonly TableToLoad[], paths: readonly string[]): LoadedTable[] {
  const named = new Set(paths);
  const prepared = tables.map((table) => prepare(table, named));
  const loaded = prepared.map((one): LoadedTable => {
    addFiles(one, [...named]);
    const { table, installed, indexes } = one;
    const options = { priority: -table.priority, installed };
    return { table, installed, indexes, first: session.addRepository(table.source, one.file.encode(), options) };
  });
  session.index();
  return loaded;
}

function prepare({ table, installed, leftOut }: TableToLoad, paths: Set<string>): Prepared {
  const file = new SolvFile();
  const reader = new ColumnsReader(columnsOf(table), file, paths);
  const indexes: number[] = [];
  const provides: number[][] = [];
  for (let i = 0; i < table.count; i++) {
    if (leftOut(i)) continue;
    const pkg = reader.package(i);
    file.add(pkg);
    provides.push(pkg.lists.provides);
    indexes.push(i);
  }
  return { table, installed, file, indexes, provides };
}

function addFiles({ table, file, indexes, provides }: Prepared, paths: readonly string[]): void {
  if (paths.length === 0) return;
  const marker = file.string(FILE_MARKER);
  const add = (at: number, path: string) => {
    const list = provides[at]!;
    if (!list.includes(marker)) list.push(marker);
    list.push(file.string(path));
  };
  if (table.owners !== undefined) {
    const at = new Map(indexes.map((index, i) => [index, i]));
    for (const [index, path] of table.owners(paths)) if (at.has(index)) add(at.get(index)!, paths[path]!);
    return;
  }
  const wanted = new Set(paths);
  for (const [i, index] of indexes.entries()) {
    for (const path of table.files(index)) if (wanted.has(path)) add(i, path);
  }
}
