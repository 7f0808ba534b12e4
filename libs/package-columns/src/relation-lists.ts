import type { PackageIndex } from '@ostrata/contract';
import type { EvrOrder } from './evr-order.ts';
import { isComparison } from './operators.ts';
import { EMPTY, READ_LIST } from './provide-lists.ts';
import { rangesMeet } from './ranges.ts';
import { U32List } from './u32-list.ts';

type Parts = Pick<PackageIndex, 'relations' | 'dependencies' | 'packages' | 'how' | 'byString'>;

/**
 * Who fulfils each of the marked relations that compare versions of a string: lists that are put behind `packages`, and where they begin.
 * Relations that nothing fulfils are not known where the system may.
 */
export function relationLists(
  parts: Parts,
  provides: Int32Array,
  wanted: Uint8Array,
  evrs: EvrOrder,
  ofSystem: (name: number) => boolean,
): Pick<PackageIndex, 'packages' | 'byRelation'> {
  const { relations, packages, byString } = parts;
  const byRelation = new Int32Array(relations.left.length);
  const more = new U32List(1 << 14);
  const found = new U32List(64);
  for (let relation = 1; relation < byRelation.length; relation++) {
    const name = relations.left[relation]!;
    if (wanted[relation] !== 1 || name <= 0 || !isComparison(relations.operator[relation]!)) continue;
    const offset = byString[name]! || EMPTY;
    found.clear();
    let all = true;
    for (let i = offset; packages[i] !== 0; i++) {
      if (fulfils(parts, provides, i, name, relation, evrs)) found.push(packages[i]!);
      else all = false;
    }
    if (found.length === 0) {
      if (!ofSystem(name)) byRelation[relation] = EMPTY;
    } else if (all) byRelation[relation] = offset;
    else {
      byRelation[relation] = packages.length + more.length;
      more.append(found);
      more.push(0);
    }
  }
  const whole = new Int32Array(packages.length + more.length);
  whole.set(packages);
  whole.set(more.view(), packages.length);
  return { packages: whole, byRelation };
}

/** Whether the package at an entry of the list of `name` provides what a relation asks for. */
function fulfils(
  { relations: { left, operator, right }, dependencies, packages, how }: Parts,
  provides: Int32Array,
  entry: number,
  name: number,
  relation: number,
  evrs: EvrOrder,
): boolean {
  const meets = (provide: number): boolean =>
    provide > 0 || rangesMeet(evrs, operator[-provide]!, right[-provide]!, operator[relation]!, right[relation]!);
  if (how[entry] !== READ_LIST) return meets(how[entry]!);
  for (let i = provides[packages[entry]!]!; dependencies[i] !== 0; i++) {
    const provide = dependencies[i]!;
    if ((provide === name || (provide < 0 && left[-provide] === name)) && meets(provide)) return true;
  }
  return false;
}
