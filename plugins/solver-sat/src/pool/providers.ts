import { EMPTY, ONLY_SYSTEM, READ_LIST, rangesMeet } from '@ostrata/package-columns';
import { IntList } from '../util/int-list.ts';
import { type Packages, type ProvideSegment, SYSTEM } from './columns.ts';
import { NAMESPACE } from './namespace.ts';
import { AND, ARCH, ELSE, IF, isComparison, OR, UNLESS, WITH, WITHOUT } from './relations.ts';

export { EMPTY } from '@ostrata/package-columns';

/**
 * Who provides what: every dependency has a list of packages, ascending, that ends with 0, as an offset into `data`. Lists are made of
 * those of the tables when somebody asks; those of a sole table are there. Rules keep their literals in the same arena. Entries never
 * change, so a reference to an older `data` stays valid for the offsets it had.
 */
export class ProviderIndex {
  data: Int32Array;
  readonly #pool: Packages;
  #end: number;
  /** Offsets, 0 where the list has not been made. */
  readonly #byString: Int32Array;
  #byRelation: Int32Array;
  /** 1 for packages that provide nothing: not installed, and never to be. Null when there are none. */
  readonly #skipped: Uint8Array | null;
  readonly #found = new IntList(64);

  constructor(pool: Packages) {
    this.#pool = pool;
    this.#skipped = skippedPackages(pool);
    this.#byString = new Int32Array(pool.strings.size);
    this.#byRelation = new Int32Array(Math.max(pool.relations.size, 16));
    const [sole, another] = pool.provided.segments;
    if (
      sole !== undefined &&
      another === undefined &&
      sole.shift === 0 &&
      sole.own === null &&
      this.#skipped === null
    ) {
      this.#byString.set(sole.byString);
      if (sole.byRelation !== null && sole.relationShift === 0) this.#byRelation.set(sole.byRelation);
      this.data = new Int32Array(sole.packages.length + (sole.packages.length >> 1) + 1024);
      this.data.set(sole.packages);
      this.#end = sole.packages.length;
    } else {
      this.data = new Int32Array(1 << 16);
      this.data[ONLY_SYSTEM] = SYSTEM;
      this.#end = 4;
    }
  }

  /** Offset of the packages that provide a dependency. */
  of(dep: number): number {
    if (dep >= 0) {
      if (dep >= this.#byString.length) return EMPTY;
      return this.#byString[dep]! || this.#ofString(dep);
    }
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

  #ofString(id: number): number {
    const { segments, files } = this.#pool.provided;
    const found = this.#found;
    found.clear();
    for (const segment of segments) {
      const offset = listOf(segment, id);
      if (offset !== 0) this.#take(segment, offset);
    }
    const offset = this.#finish(files.get(id));
    this.#byString[id] = offset;
    return offset;
  }

  /** Adds a segment's list. */
  #take({ packages, shift }: ProvideSegment, offset: number): void {
    const found = this.#found;
    const skipped = this.#skipped;
    for (let i = offset; packages[i] !== 0; i++) {
      const p = packages[i]! + shift;
      if (skipped === null || skipped[p] === 0) found.push(p);
    }
  }

  /** Keeps what was found, in order and once. */
  #finish(owners: readonly number[] | undefined): number {
    const found = this.#found;
    for (const p of owners ?? []) if (this.#skipped?.[p] !== 1 && !found.includes(p)) found.push(p);
    for (let i = 1; i < found.length; i++) {
      if (found.at(i - 1) < found.at(i)) continue;
      found.data.subarray(0, found.length).sort();
      break;
    }
    return this.store(found);
  }

  #ofRelation(dep: number): number {
    const { relations } = this.#pool;
    const operator = relations.operator(dep);
    const left = relations.left(dep);
    const right = relations.right(dep);
    if (isComparison(operator)) return this.#versioned(dep, left, operator, right);
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
      case NAMESPACE:
        return this.#ofNamespace(left, right);
      default:
        return EMPTY;
    }
  }

  #versioned(dep: number, left: number, operator: number, right: number): number {
    const { provided, relations, strings } = this.#pool;
    const found = this.#found;
    let name = left;
    while (name < 0) name = relations.left(name);
    if (left < 0) {
      const offset = this.of(left);
      found.clear();
      for (let i = offset; this.data[i] !== 0; i++) {
        if (this.#provides(this.data[i]!, name, operator, right)) found.push(this.data[i]!);
      }
    } else {
      found.clear();
      for (const segment of provided.segments) {
        const own = -dep - segment.relationShift;
        const known = own > 0 ? (segment.byRelation?.[own] ?? 0) : 0;
        if (known !== 0) this.#take(segment, known);
        else this.#takeVersioned(segment, name, operator, right);
      }
    }
    const offset = this.#finish(provided.files.get(left));
    return offset === EMPTY && strings.text(name).startsWith('rpmlib(') ? ONLY_SYSTEM : offset;
  }

  #takeVersioned(segment: ProvideSegment, name: number, operator: number, right: number): void {
    const { relations, evrs } = this.#pool;
    const { packages, how, shift, relationShift } = segment;
    const offset = listOf(segment, name);
    if (offset === 0) return;
    for (let i = offset; packages[i] !== 0; i++) {
      const p = packages[i]! + shift;
      if (this.#skipped !== null && this.#skipped[p] === 1) continue;
      const provide = how[i]!;
      if (provide === READ_LIST) {
        if (!this.#provides(p, name, operator, right)) continue;
      } else if (provide < 0) {
        const relation = provide - relationShift;
        if (!rangesMeet(evrs, relations.operator(relation), relations.right(relation), operator, right)) continue;
      }
      this.#found.push(p);
    }
  }

  /** Whether a package's list of provides has what is asked for. */
  #provides(p: number, name: number, operator: number, right: number): boolean {
    const { relations, deps, lists, evrs } = this.#pool;
    const start = lists.provides[p]!;
    if (start === 0) return false;
    for (let i = start; deps[i] !== 0; i++) {
      const provide = deps[i]!;
      if (provide === name) return true;
      if (provide > 0 || relations.left(provide) !== name) continue;
      if (rangesMeet(evrs, relations.operator(provide), relations.right(provide), operator, right)) return true;
    }
    return false;
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

  #ofNamespace(kind: number, value: number): number {
    const { strings, namespaces } = this.#pool;
    const name = strings.text(kind).replace(/^namespace:/, '');
    if (name === 'otherproviders') return this.of(value);
    // The others are about one name; what is split off has a relation.
    return value < 0 ? EMPTY : this.store(IntList.from(namespaces(name, strings.text(value))));
  }

  #ofArch(left: number, arch: number): number {
    const found = new IntList();
    for (let i = this.of(left); this.data[i] !== 0; i++) {
      if (this.#pool.arch[this.data[i]!] === arch) found.push(this.data[i]!);
    }
    return this.store(found);
  }
}

/** Where a segment has the list of one of our strings; 0 when it has none. */
function listOf({ own, byString }: ProvideSegment, id: number): number {
  const number = own === null ? id : (own[id] ?? 0);
  return number < byString.length ? byString[number]! : 0;
}

function skippedPackages(pool: Packages): Uint8Array | null {
  const { count, installed, archScore, excluded } = pool;
  let skipped: Uint8Array | null = null;
  for (let p = SYSTEM + 1; p < count; p++) {
    if ((archScore[p] !== 0 && excluded[p] === 0) || installed[p] !== 0) continue;
    skipped ??= new Uint8Array(count);
    skipped[p] = 1;
  }
  return skipped;
}
