import {
  type PackageColumns,
  type PackageTable,
  PRE_DEPENDENCY,
  RELATION_KINDS,
  type Relation,
} from '@ostrata/contract';
import { COMPARISON_BITS, DependencyPool } from './dependency-pool.ts';
import { joinEvr } from './evr.ts';
import { StringPool } from './string-pool.ts';
import { U32List } from './u32-list.ts';

/** The columns of a table; those of one that has none are made, once a table. */
export function columnsOf(table: PackageTable): PackageColumns {
  if (table.columns !== undefined) return table.columns;
  let made = known.get(table);
  if (made === undefined) {
    made = makeColumns(table);
    known.set(table, made);
  }
  return made;
}

const known = new WeakMap<PackageTable, PackageColumns>();

function makeColumns(table: PackageTable): PackageColumns {
  const strings = new StringPool();
  const dependencies = new DependencyPool();
  const starts = new U32List(table.count * 8 + 1);
  const lists = new U32List();
  const each = (value: (index: number) => string): Uint32Array =>
    Uint32Array.from({ length: table.count }, (_, index) => strings.internText(value(index)));
  const number = ({ name, compare, evr, pre }: Relation): number => {
    const versioned = compare !== undefined && evr !== undefined;
    const comparison = versioned ? COMPARISON_BITS[compare] : 0;
    const version = versioned ? strings.internText(withoutZeroEpoch(evr)) : 0;
    return dependencies.intern(strings.internText(name), comparison, version) + (pre === true ? PRE_DEPENDENCY : 0);
  };
  for (let index = 0; index < table.count; index++) {
    for (const kind of RELATION_KINDS) {
      starts.push(lists.length);
      for (const relation of table.relations(index, kind)) lists.push(number(relation));
    }
  }
  starts.push(lists.length);
  return {
    names: each((index) => table.name(index)),
    evrs: each((index) =>
      joinEvr({ epoch: table.epoch(index), version: table.version(index), release: table.release(index) }),
    ),
    archs: each((index) => table.arch(index)),
    vendors: each((index) => table.vendor(index)),
    strings,
    rows: null,
    dependencies: dependencies.columns(),
    starts: starts.toArray(),
    lists: lists.toArray(),
  };
}

/** Equal versions are one string. */
function withoutZeroEpoch(evr: string): string {
  return /^0:(?![0-9]+:)/.test(evr) ? evr.slice(2) : evr;
}
