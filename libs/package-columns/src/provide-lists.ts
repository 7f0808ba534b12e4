import type { PackageIndex } from '@ostrata/contract';

/** Offset of the empty list. */
export const EMPTY = 1;
/** Offset of the list that holds only the system. */
export const ONLY_SYSTEM = 2;
/** In `how`: the package provides the string more than once, its list must be read. */
export const READ_LIST = 1;
const SYSTEM = 1;

/** Packages with ids in `[first, end)` and what they provide. */
export interface Providing {
  readonly first: number;
  readonly end: number;
  /** By package id: where the list in `dependencies` begins; 0 without one. */
  readonly provides: Int32Array;
  readonly dependencies: Int32Array;
  /** By relation: its left side. */
  readonly left: Int32Array;
  /** Ids of strings are below. */
  readonly strings: number;
  /** Pairs of package and path that it has, by ascending package. */
  readonly files: Int32Array;
}

/** Lists of who provides each string; see {@link PackageIndex}. */
export function provideLists(providing: Providing): Pick<PackageIndex, 'packages' | 'how' | 'byString'> {
  const byString = new Int32Array(providing.strings);
  count(providing, byString);
  let end = 4;
  for (let id = 0; id < byString.length; id++) {
    const n = byString[id]!;
    if (n === 0) continue;
    byString[id] = end;
    end += n + 1;
  }
  const packages = new Int32Array(end);
  packages[ONLY_SYSTEM] = SYSTEM;
  const how = new Int32Array(end);
  fill(providing, byString, packages, how);
  return { packages, how, byString };
}

function count({ first, end, provides, dependencies, left, files }: Providing, byString: Int32Array): void {
  for (let p = first; p < end; p++) {
    const start = provides[p]!;
    if (start === 0) continue;
    for (let i = start; dependencies[i] !== 0; i++) {
      let name = dependencies[i]!;
      while (name < 0) name = left[-name]!;
      byString[name]!++;
    }
  }
  for (let file = 0; file < files.length; file += 2) byString[files[file + 1]!]!++;
}

function fill(
  { first, end, provides, dependencies, left, files }: Providing,
  byString: Int32Array,
  packages: Int32Array,
  how: Int32Array,
): void {
  const last = new Int32Array(byString.length);
  const next = byString.slice();
  const add = (p: number, name: number, dep: number): void => {
    const at = next[name]!;
    if (last[name] === p) how[at - 1] = READ_LIST;
    else {
      last[name] = p;
      packages[at] = p;
      how[at] = dep;
      next[name] = at + 1;
    }
  };
  let file = 0;
  for (let p = first; p < end; p++) {
    const start = provides[p]!;
    for (let i = start; start !== 0 && dependencies[i] !== 0; i++) {
      const dep = dependencies[i]!;
      let name = dep;
      while (name < 0) name = left[-name]!;
      add(p, name, dep);
    }
    for (; files[file] === p; file += 2) add(p, files[file + 1]!, files[file + 1]!);
  }
}
