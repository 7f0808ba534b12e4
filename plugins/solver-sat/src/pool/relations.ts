import type { PackageIndex } from '@ostrata/contract';
import { AND, ELSE, IF, isComparison, OR, UNLESS, WITH, WITHOUT } from '@ostrata/package-columns';
import { IntList } from '../util/int-list.ts';

export {
  AND,
  ARCH,
  ELSE,
  EQUAL,
  GREATER,
  IF,
  isComparison,
  LESS,
  OR,
  UNLESS,
  WITH,
  WITHOUT,
} from '@ostrata/package-columns';

/**
 * Relations `left operator right`. A dependency id is a string id when positive and `-index` of a relation when negative; left and
 * right are dependency ids themselves, so that relations nest. Relations of different tables may say the same.
 */
export class RelationTable {
  readonly #left = new IntList(4);
  readonly #right = new IntList(4);
  readonly #operator = new IntList(4);
  #slots = new Int32Array(256);
  /** How many are in #slots. */
  #interned = 0;

  constructor() {
    this.#push(0, 0, 0);
  }

  get size(): number {
    return this.#left.length;
  }

  /** What {@link left} gives, by `-id`, until the next relation is made. */
  get lefts(): Int32Array {
    return this.#left.view();
  }

  left(id: number): number {
    return this.#left.data[-id]!;
  }

  right(id: number): number {
    return this.#right.data[-id]!;
  }

  operator(id: number): number {
    return this.#operator.data[-id]!;
  }

  /** Adds all relations of an index; their ids become smaller by what is returned. @param strings ids by the index's own; null for the same */
  adopt({ left, operator, right }: PackageIndex['relations'], strings: Int32Array | null): number {
    const shift = this.size - 1;
    this.#left.appendMapped(left, 1, strings, shift);
    this.#right.appendMapped(right, 1, strings, shift);
    this.#operator.appendMapped(operator, 1, null, 0);
    return shift;
  }

  intern(left: number, operator: number, right: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(left, operator, right) & mask;
    for (let step = 1; ; step++) {
      const index = this.#slots[slot]!;
      if (index === 0) break;
      if (
        this.#left.data[index] === left &&
        this.#right.data[index] === right &&
        this.#operator.data[index] === operator
      ) {
        return -index;
      }
      slot = (slot + step) & mask;
    }
    const index = this.size;
    this.#slots[slot] = index;
    this.#push(left, operator, right);
    this.#interned++;
    if (this.#interned * 2 > this.#slots.length) this.#rehash();
    return -index;
  }

  #push(left: number, operator: number, right: number): void {
    this.#left.push(left);
    this.#operator.push(operator);
    this.#right.push(right);
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    const [left, right, operator] = [this.#left.data, this.#right.data, this.#operator.data];
    for (const index of this.#slots) {
      if (index === 0) continue;
      let slot = hash(left[index]!, operator[index]!, right[index]!) & mask;
      for (let step = 1; slots[slot] !== 0; step++) slot = (slot + step) & mask;
      slots[slot] = index;
    }
    this.#slots = slots;
  }
}

function hash(left: number, operator: number, right: number): number {
  let h = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca77) ^ Math.imul(operator, 0xc2b2ae3d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

const SIGNS = ['', '>', '=', '>=', '<', '<>', '<=', '<=>'];
const WORDS: Record<number, string> = {
  [AND]: 'and',
  [OR]: 'or',
  [WITH]: 'with',
  [WITHOUT]: 'without',
  [IF]: 'if',
  [UNLESS]: 'unless',
  [ELSE]: 'else',
};

/** How an operator is written in a dependency. */
export function operatorText(operator: number): string {
  return isComparison(operator) ? SIGNS[operator]! : (WORDS[operator] ?? '?');
}
