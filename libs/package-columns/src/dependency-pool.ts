import { COMPARISON, type Comparison, type PackageColumns, type Relation } from '@ostrata/contract';
import { U32List } from './u32-list.ts';

const { GREATER, EQUAL, LESS } = COMPARISON;

/** How comparisons are written, by their bits. */
export const COMPARISON_BITS: { readonly [Sign in Comparison]: number } = {
  '<': LESS,
  '<=': LESS | EQUAL,
  '=': EQUAL,
  '>=': GREATER | EQUAL,
  '>': GREATER,
};
const SIGNS: readonly (Comparison | undefined)[] = Array.from({ length: 8 }, (_, bits) =>
  (Object.keys(COMPARISON_BITS) as Comparison[]).find((sign) => COMPARISON_BITS[sign] === bits),
);

/** Different dependencies by number, each a string number, comparison and string number. */
export class DependencyPool {
  readonly #names = new U32List(1024);
  readonly #evrs = new U32List(1024);
  readonly #comparisons = new U32List(1024);
  #slots = new Int32Array(4096);
  readonly #seed = (Math.random() * 0x7fffffff) | 0;

  get count(): number {
    return this.#names.length;
  }

  /** The number of a dependency, given now if it is new. */
  intern(name: number, comparison: number, evr: number): number {
    let mask = this.#slots.length - 1;
    let slot = this.#hash(name, comparison, evr) & mask;
    for (let known = this.#slots[slot]!; known !== 0; known = this.#slots[slot]!) {
      const at = known - 1;
      if (this.#names.at(at) === name && this.#evrs.at(at) === evr && this.#comparisons.at(at) === comparison)
        return at;
      slot = (slot + 1) & mask;
    }
    const id = this.count;
    this.#names.push(name);
    this.#evrs.push(evr);
    this.#comparisons.push(comparison);
    this.#slots[slot] = id + 1;
    if (this.count * 2 > this.#slots.length) {
      this.#slots = new Int32Array(this.#slots.length * 2);
      mask = this.#slots.length - 1;
      for (let i = 0; i < this.count; i++) {
        let to = this.#hash(this.#names.at(i), this.#comparisons.at(i), this.#evrs.at(i)) & mask;
        while (this.#slots[to] !== 0) to = (to + 1) & mask;
        this.#slots[to] = i + 1;
      }
    }
    return id;
  }

  columns(): PackageColumns['dependencies'] {
    return {
      names: this.#names.toArray(),
      comparisons: Uint8Array.from(this.#comparisons.view()),
      evrs: this.#evrs.toArray(),
    };
  }

  #hash(name: number, comparison: number, evr: number): number {
    let hash = Math.imul(name ^ this.#seed, 0x9e3779b1) ^ Math.imul(evr + comparison * 0x10001, 0x85ebca77);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    return hash ^ (hash >>> 13);
  }
}

/** A dependency of columns in words. */
export function relationAt({ dependencies, strings }: PackageColumns, entry: number): Relation {
  const number = entry & 0x7fffffff;
  const name = strings.text(dependencies.names[number]!);
  const compare = SIGNS[dependencies.comparisons[number]!];
  const pre = entry > 0x7fffffff ? { pre: true } : undefined;
  if (compare === undefined) return { name, ...pre };
  return { name, compare, evr: strings.text(dependencies.evrs[number]!), ...pre };
}
