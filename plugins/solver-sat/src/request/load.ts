import type { PackageColumns, PackageTable, StringColumn } from '@ostrata/contract';
import { columnsOf, joinEvr, ownersOf } from '@ostrata/package-columns';
import type { PoolBuilder } from '../pool/builder.ts';

/** Where the packages of a table are in the pool: index + first. */
export interface LoadedTable {
  readonly table: PackageTable;
  readonly first: number;
}

/**
 * The strings that a pool of tables had best begin with: of the table that has most to be translated otherwise, its strings and the
 * dependencies that name them.
 */
export function baseOf(tables: readonly PackageTable[]): StringColumn | undefined {
  // Looking a string up costs about as much as translating so many numbers.
  const LOOK_UP = 4;
  const cost = ({ strings, index }: PackageColumns): number =>
    strings.count * LOOK_UP + (index === undefined ? 0 : index.dependencies.length + 3 * index.relations.left.length);
  return tables.map(columnsOf).toSorted((a, b) => cost(b) - cost(a))[0]?.strings;
}

/**
 * Adds all packages of a table to a pool. Smaller priorities are preferred in tables, greater ones in pools.
 * @throws RichDependencyError
 */
export function loadTable(builder: PoolBuilder, table: PackageTable, installed: boolean): LoadedTable {
  const repo = builder.addRepo({ id: table.source, priority: -table.priority, installed });
  const first = builder.addColumns(repo, columnsOf(table), (paths) => ownersOf(table, paths));
  return { table, first };
}

/** `[epoch:]version[-release]` without an epoch of 0, so that equal versions are one string. */
export function evrAt(table: PackageTable, index: number): string {
  return joinEvr({ epoch: table.epoch(index), version: table.version(index), release: table.release(index) });
}
