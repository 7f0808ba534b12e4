import { FIRST_PACKAGE, type PackageIndex } from '@ostrata/contract';
import type { Owners } from '@ostrata/package-columns';
import type { PoolColumns, ProvideSegment } from './columns.ts';
import type { StringTable } from './strings.ts';

const SLASH = 47;

/** The packages of a table, from `first` on. */
export interface TablePart {
  readonly first: number;
  readonly repo: number;
  readonly index: PackageIndex;
  /** Our ids of its strings; null where they are the same. */
  readonly strings: Int32Array | null;
  /** What its relations' ids are smaller by here. */
  readonly shift: number;
  readonly owners: Owners;
}

/** Who of tables provides what, and which strings are paths: those of the tables, and among the strings from `ownFrom` on. */
export function providedBy(
  parts: readonly TablePart[],
  strings: StringTable,
  ownFrom: number,
): Pick<PoolColumns, 'paths' | 'provided'> {
  const known = parts.map(({ index, strings: ids }) =>
    ids === null ? index.paths : index.paths.map((id) => ids[id]!),
  );
  const paths = Int32Array.from(
    new Set([...known.flatMap((ids) => [...ids]), ...strings.beginningWith(SLASH, ownFrom)]),
  );
  const files = new Map<number, number[]>();
  for (const [i, { first, owners }] of parts.entries()) {
    const own = new Set(known[i]);
    const others = paths.filter((id) => !own.has(id));
    if (others.length === 0) continue;
    const texts = Array.from(others, (id) => strings.text(id));
    for (const [index, place] of owners(texts)) {
      const path = others[place]!;
      const list = files.get(path);
      if (list === undefined) files.set(path, [first + index]);
      else list.push(first + index);
    }
  }
  return { paths, provided: { segments: parts.map((part) => segmentOf(part, strings)), files } };
}

function segmentOf({ first, index, strings: ids, shift }: TablePart, strings: StringTable): ProvideSegment {
  const { packages, how, byString, byRelation } = index;
  let own: Int32Array | null = null;
  if (ids !== null) {
    own = new Int32Array(strings.size);
    for (let id = 1; id < ids.length; id++) own[ids[id]!] = id;
  }
  return { packages, how, byString, byRelation, own, shift: first - FIRST_PACKAGE, relationShift: shift };
}
