import type { Comparison, PackageTable, Relation } from '@ostrata/core';
import { RELATION_KINDS } from '@ostrata/core';
import type { PoolBuilder } from '../pool/builder.ts';
import type { DependencyKind } from '../pool/columns.ts';
import { EQUAL, GREATER, LESS } from '../pool/relations.ts';

const COMPARISONS: Record<Comparison, number> = {
  '<': LESS,
  '<=': LESS | EQUAL,
  '=': EQUAL,
  '>=': GREATER | EQUAL,
  '>': GREATER,
};

/** Where the packages of a table are in the pool: index + first. */
export interface LoadedTable {
  readonly table: PackageTable;
  readonly first: number;
}

/**
 * Adds all packages of a table to a pool. Smaller priorities are preferred in tables, greater ones in pools.
 * @throws RichDependencyError
 */
export function loadTable(builder: PoolBuilder, table: PackageTable, installed: boolean): LoadedTable {
  const repo = builder.addRepo({ id: table.source, priority: -table.priority, installed });
  const first = builder.count;
  for (let i = 0; i < table.count; i++) {
    const lists: Partial<Record<DependencyKind, number[]>> = {};
    for (const kind of RELATION_KINDS) {
      const relations = table.relations(i, kind);
      if (relations.length === 0) continue;
      lists[kind] = relations.map((relation) => dependencyOf(builder, relation));
      if (kind !== 'requires') continue;
      const pre = relations.flatMap((relation, j) => (relation.pre === true ? [lists.requires![j]!] : []));
      if (pre.length > 0) lists.preRequires = pre;
    }
    builder.addPackage(
      repo,
      { name: table.name(i), evr: evrAt(table, i), arch: table.arch(i) },
      lists,
      // Read only when a dependency names a path.
      lazily(() => table.files(i)),
    );
  }
  return { table, first };
}

function dependencyOf(builder: PoolBuilder, relation: Relation): number {
  if (relation.compare === undefined || relation.evr === undefined) return builder.dependency(relation.name);
  return builder.dependency(relation.name, COMPARISONS[relation.compare], withoutZeroEpoch(relation.evr));
}

/** `[epoch:]version[-release]` without an epoch of 0, so that equal versions are one string. */
export function evrAt(table: PackageTable, index: number): string {
  const epoch = table.epoch(index);
  const release = table.release(index);
  const version = release === '' ? table.version(index) : `${table.version(index)}-${release}`;
  return epoch > 0 ? `${epoch}:${version}` : version;
}

function withoutZeroEpoch(evr: string): string {
  return evr.startsWith('0:') ? evr.slice(2) : evr;
}

function lazily(files: () => readonly string[]): Iterable<string> {
  return { [Symbol.iterator]: () => files()[Symbol.iterator]() };
}
