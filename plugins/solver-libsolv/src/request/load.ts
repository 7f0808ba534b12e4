import { evrOf, identityAt, type PackageTable } from '@ostrata/contract';
import { LIST_KINDS, type ListKind, SolvFile } from '../codec/solv-file.ts';
import { REL } from '../native/constants.ts';
import type { Session } from '../native/session.ts';
import { type DependencyNumbers, dependencyOf } from './dependency.ts';

/** Between normal requirements and those of pre-install scripts, and before paths that packages provide (knownid.h). */
const PREREQ_MARKER = 'solvable:prereqmarker';
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
  const numbers: DependencyNumbers = {
    string(text) {
      if (text.startsWith('/')) paths.add(text);
      return file.string(text);
    },
    relation: (left, flags, right) => file.relation(left, flags, right),
  };
  const prereq = file.string(PREREQ_MARKER);
  const indexes: number[] = [];
  const provides: number[][] = [];
  for (let i = 0; i < table.count; i++) {
    if (leftOut(i)) continue;
    const identity = identityAt(table, i);
    const name = file.string(identity.name);
    const evr = file.string(evrOf(identity));
    const lists: Partial<Record<ListKind, number[]>> = {};
    for (const kind of LIST_KINDS) {
      const relations = table.relations(i, kind);
      if (relations.length === 0) continue;
      const pre = relations.filter((relation) => relation.pre === true);
      if (kind !== 'requires' || pre.length === 0) {
        lists[kind] = relations.map((relation) => dependencyOf(numbers, relation));
      } else {
        const plain = relations.filter((relation) => relation.pre !== true);
        const [first, last] = [plain, pre].map((part) => part.map((relation) => dependencyOf(numbers, relation)));
        lists[kind] = [...first!, prereq, ...last!];
      }
    }
    const self = file.relation(name, REL.EQ, evr);
    const provided = lists.provides ?? [];
    // Every package provides itself, also where its metadata does not say so.
    if (!provided.includes(self)) provided.push(self);
    lists.provides = provided;
    provides.push(provided);
    indexes.push(i);
    file.add({ name, evr, arch: file.string(identity.arch), lists });
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
