import { IntList } from '../util/int-list.ts';
import { type Packages, SYSTEM } from './columns.ts';
import { rangesMeet } from './match.ts';
import { AND, ARCH, ELSE, IF, isComparison, OR, UNLESS, WITH, WITHOUT } from './relations.ts';

/** Offset of the empty list. */
export const EMPTY = 1;
/** Offset of the list that holds only {@link SYSTEM}. */
const ONLY_SYSTEM = 2;
/** In {@link ProviderIndex.#how}: the package provides the name more than once, its list must be read. */
const READ_LIST = 1;

/**
 * Who provides what: every dependency has a list of packages, ascending, that ends with 0, as an offset into `data`. Lists of names are
 * made at once, lists of relations when somebody asks. Rules keep their literals in the same arena. Entries never change, so a reference
 * to an older `data` stays valid for the offsets it had.
 */
export class ProviderIndex {
  data: Int32Array;
  readonly #pool: Packages;
  #end = 4;
  #byString: Int32Array;
  #byRelation = new Int32Array(1024);
  /** For each entry of the lists of names: the dependency that provides it, or READ_LIST. */
  #how: Int32Array;

  constructor(pool: Packages) {
    this.#pool = pool;
    const names = pool.strings.size;
    this.#byString = new Int32Array(names);
    const skipped = this.#skipped();
    const entries = this.#count(skipped);
    for (let id = 0, next = 4; id < names; id++) {
      const n = this.#byString[id]!;
      this.#byString[id] = n === 0 ? EMPTY : next;
      if (n > 0) next += n + 1;
      this.#end = next;
    }
    this.data = new Int32Array(Math.max(1024, this.#end + entries));
    this.data[ONLY_SYSTEM] = SYSTEM;
    this.#how = new Int32Array(this.#end);
    this.#fill(skipped);
  }

  /** Offset of the packages that provide a dependency. */
  of(dep: number): number {
    if (dep >= 0) return dep < this.#byString.length ? this.#byString[dep]! : EMPTY;
    const index = -dep;
    if (index >= this.#byRelation.length) {
      const grown = new Int32Array(Math.max(index + 1, this.#byRelation.length * 2));
      grown.set(this.#byRelation);
      this.#byRelation = grown;
    }
    let offset = this.#byRelation[index]!;
    if (offset === 0) {
      offset = this.#ofRelation(dep);
      this.#byRelation[index] = offset;
    }
    return offset;
  }

  /** Keeps a list in the arena. */
  store(list: IntList, from = 0, to = list.length): number {
    const count = to - from;
    if (count <= 0) return EMPTY;
    if (this.#end + count + 1 > this.data.length) {
      const grown = new Int32Array(Math.max(this.#end + count + 1, this.data.length * 2));
      grown.set(this.data.subarray(0, this.#end));
      this.data = grown;
    }
    const offset = this.#end;
    this.data.set(list.data.subarray(from, to), offset);
    this.#end += count + 1;
    this.data[this.#end - 1] = 0;
    return offset;
  }

  /** 1 for packages that provide nothing: not installed, and never to be. */
  #skipped(): Uint8Array {
    const pool = this.#pool;
    const skipped = new Uint8Array(pool.count);
    for (let p = SYSTEM + 1; p < pool.count; p++) if (pool.installed[p] === 0 && !pool.installable(p)) skipped[p] = 1;
    return skipped;
  }

  /** Counts providers per name into #byString; the total bounds the arena. */
  #count(skipped: Uint8Array): number {
    const { count, deps, lists, relations, filePairs } = this.#pool;
    const { lefts } = relations;
    const { provides } = lists;
    const byString = this.#byString;
    let total = 0;
    for (let p = SYSTEM + 1; p < count; p++) {
      const start = provides[p]!;
      if (skipped[p] === 1 || start === 0) continue;
      for (let i = start; deps[i] !== 0; i++) {
        let name = deps[i]!;
        while (name < 0) name = lefts[-name]!;
        byString[name]!++;
        total++;
      }
    }
    for (let file = 0; file < filePairs.length; file += 2) {
      if (skipped[filePairs[file]!] === 1) continue;
      byString[filePairs[file + 1]!]!++;
      total++;
    }
    return total;
  }

  #fill(skipped: Uint8Array): void {
    const { count, deps, lists, relations, filePairs } = this.#pool;
    const { lefts } = relations;
    const { provides } = lists;
    const { data } = this;
    const how = this.#how;
    const last = new Int32Array(this.#byString.length);
    const next = this.#byString.slice();
    const add = (p: number, name: number, dep: number): void => {
      const at = next[name]!;
      if (last[name] === p) how[at - 1] = READ_LIST;
      else {
        last[name] = p;
        data[at] = p;
        how[at] = dep;
        next[name] = at + 1;
      }
    };
    let file = 0;
    for (let p = SYSTEM + 1; p < count; p++) {
      const start = skipped[p] === 1 ? 0 : provides[p]!;
      for (let i = start; start !== 0 && deps[i] !== 0; i++) {
        const dep = deps[i]!;
        let name = dep;
        while (name < 0) name = lefts[-name]!;
        add(p, name, dep);
      }
      for (; filePairs[file] === p; file += 2) {
        if (skipped[p] === 0) add(p, filePairs[file + 1]!, filePairs[file + 1]!);
      }
    }
  }

  #ofRelation(dep: number): number {
    const { relations } = this.#pool;
    const operator = relations.operator(dep);
    const left = relations.left(dep);
    const right = relations.right(dep);
    if (isComparison(operator)) return this.#versioned(left, operator, right);
    switch (operator) {
      case WITH:
        return this.#select(left, right, true);
      case WITHOUT:
        return this.#select(left, right, false);
      case AND:
      case OR:
        return this.#merge(left, right);
      case IF:
      case UNLESS: {
        const alternative = right < 0 && relations.operator(right) === ELSE ? relations.right(right) : 0;
        return alternative === 0 ? this.of(left) : this.#merge(left, alternative);
      }
      case ARCH:
        return this.#ofArch(left, right);
      default:
        return EMPTY;
    }
  }

  #versioned(left: number, operator: number, right: number): number {
    const pool = this.#pool;
    const { relations, deps, lists } = pool;
    const offset = this.of(left);
    const known = left >= 0;
    let name = left;
    while (name < 0) name = relations.left(name);
    const found = new IntList();
    for (let i = offset; this.data[i] !== 0; i++) {
      const p = this.data[i]!;
      const how = known ? this.#how[i]! : READ_LIST;
      if (how !== READ_LIST) {
        if (how < 0 && rangesMeet(pool, relations.operator(how), relations.right(how), operator, right)) found.push(p);
        else if (how > 0) found.push(p);
        continue;
      }
      const start = lists.provides[p]!;
      for (let j = start; start !== 0 && deps[j] !== 0; j++) {
        const provide = deps[j]!;
        const matches =
          provide === name ||
          (provide < 0 &&
            relations.left(provide) === name &&
            rangesMeet(pool, relations.operator(provide), relations.right(provide), operator, right));
        if (!matches) continue;
        found.push(p);
        break;
      }
    }
    if (found.length === 0 && pool.strings.text(name).startsWith('rpmlib(')) return ONLY_SYSTEM;
    return this.store(found);
  }

  #select(left: number, right: number, present: boolean): number {
    const a = this.of(left);
    const b = this.of(right);
    const other = new Set<number>();
    for (let i = b; this.data[i] !== 0; i++) other.add(this.data[i]!);
    const found = new IntList();
    for (let i = a; this.data[i] !== 0; i++) if (other.has(this.data[i]!) === present) found.push(this.data[i]!);
    return this.store(found);
  }

  #merge(left: number, right: number): number {
    let a = this.of(left);
    let b = this.of(right);
    const { data } = this;
    const merged = new IntList();
    while (data[a] !== 0 || data[b] !== 0) {
      const x = data[a]!;
      const y = data[b]!;
      if (y === 0 || (x !== 0 && x <= y)) {
        merged.push(x);
        a++;
        if (x === y) b++;
      } else {
        merged.push(y);
        b++;
      }
    }
    return this.store(merged);
  }

  #ofArch(left: number, arch: number): number {
    const found = new IntList();
    for (let i = this.of(left); this.data[i] !== 0; i++) {
      if (this.#pool.arch[this.data[i]!] === arch) found.push(this.data[i]!);
    }
    return this.store(found);
  }
}
