import {
  COMPARISON,
  type PackageColumns,
  type PackageTable,
  PRE_DEPENDENCY,
  RELATION_KINDS,
  type StringColumn,
} from '@ostrata/contract';
import { columnsOf } from '@ostrata/package-columns';
import type { Obstacles, Unusable } from '../explain/obstacles.ts';
import type { Pool } from '../pool/pool.ts';
import { isComparison } from '../pool/relations.ts';

/** More than these explain nothing. */
const SHOWN = 5;

/** A name with a comparison, bits of {@link COMPARISON}; 0 compares nothing. */
interface Wanted {
  readonly name: string;
  readonly comparison: number;
  readonly evr: string;
}

/** Finds packages that sources have and leave out by their own settings, for explanations. */
export function packagesLeftOut(
  tables: readonly PackageTable[],
  compare: (a: string, b: string) => number,
): Obstacles['leftOut'] {
  return (pool, dependency) =>
    tables.flatMap((table): Unusable[] => {
      const columns = columnsOf(table);
      if (columns.rows === null) return [];
      const wanted = namesOf(pool, dependency);
      return rowsLeftOut(columns, wanted, compare).map((row) => ({
        package: nevraAt(columns, row),
        obstacle: {
          text: `source ${table.source} leaves it out`,
          remedy: `Change excludepkgs or includepkgs of source ${table.source}`,
        },
      }));
    });
}

/** The names in a dependency, with the versions that it wants of them. */
function namesOf(pool: Pool, dependency: number): Wanted[] {
  const { relations, strings } = pool;
  if (dependency >= 0) return [{ name: strings.text(dependency), comparison: 0, evr: '' }];
  const [left, right, comparison] = [
    relations.left(dependency),
    relations.right(dependency),
    relations.operator(dependency),
  ];
  if (!isComparison(comparison)) return [...namesOf(pool, left), ...namesOf(pool, right)];
  return left < 0 ? [] : [{ name: strings.text(left), comparison, evr: strings.text(right) }];
}

function rowsLeftOut(
  { rows, names, evrs, strings, dependencies, starts, lists }: PackageColumns,
  wanted: readonly Wanted[],
  compare: (a: string, b: string) => number,
): number[] {
  const used = new Set(rows);
  const numbers = wanted.flatMap((one) => {
    const number = numberOf(strings, one.name);
    return number < 0 ? [] : [{ ...one, number }];
  });
  const fits = (one: Wanted, comparison: number, evr: string) =>
    one.comparison === 0 ||
    (comparison === COMPARISON.EQUAL && holds(one, evr, compare)) ||
    comparison > COMPARISON.EQUAL;
  const found: number[] = [];
  for (let row = 0; row < names.length && numbers.length > 0 && found.length < SHOWN; row++) {
    if (used.has(row)) continue;
    const begin = row * RELATION_KINDS.length + RELATION_KINDS.indexOf('provides');
    const provided = lists.subarray(starts[begin]!, starts[begin + 1]!);
    const does = numbers.some((one) => {
      if (names[row] === one.number && fits(one, COMPARISON.EQUAL, strings.text(evrs[row]!))) return true;
      return provided.some((entry) => {
        const provide = entry & ~PRE_DEPENDENCY;
        if (dependencies.names[provide] !== one.number) return false;
        return fits(one, dependencies.comparisons[provide]!, strings.text(dependencies.evrs[provide]!));
      });
    });
    if (does) found.push(row);
  }
  return found;
}

/** Whether a version is one that is wanted; without a release it stands for all of its releases. */
function holds({ comparison, evr }: Wanted, version: string, compare: (a: string, b: string) => number): boolean {
  const order = compare(evr.includes('-') ? version : version.replace(/-[^-]*$/, ''), evr);
  const bit = order < 0 ? COMPARISON.LESS : order > 0 ? COMPARISON.GREATER : COMPARISON.EQUAL;
  return (comparison & bit) !== 0;
}

/** The number of a string, -1 when the column has none. */
function numberOf({ bytes, offsets, count }: StringColumn, text: string): number {
  const wanted = Buffer.from(text);
  for (let number = 0; number < count; number++) {
    const [from, to] = [offsets[number]!, offsets[number + 1]!];
    if (to - from === wanted.length && wanted.equals(bytes.subarray(from, to))) return number;
  }
  return -1;
}

function nevraAt({ names, evrs, archs, strings }: PackageColumns, row: number): string {
  return `${strings.text(names[row]!)}-${strings.text(evrs[row]!)}.${strings.text(archs[row]!)}`;
}
