import { IntList } from '../util/int-list.ts';

/** Version comparisons are sets of these three bits; operators of rich dependencies are numbers from 16 on. */
export const GREATER = 1;
export const EQUAL = 2;
export const LESS = 4;
export const AND = 16;
export const OR = 17;
export const WITH = 18;
export const WITHOUT = 19;
export const IF = 20;
export const UNLESS = 21;
/** Pairs the condition and the alternative of `if` and `unless`. */
export const ELSE = 22;
/** Name restricted to an architecture (`glibc.i686`), from NEVRA forms. */
export const ARCH = 23;

/**
 * Interned relations `left operator right`. A dependency id is a string id when positive and `-index` of a relation when negative;
 * left and right are dependency ids themselves, so that relations nest.
 */
export class RelationTable {
  readonly #left = new IntList(1024);
  readonly #right = new IntList(1024);
  readonly #operator = new IntList(1024);
  #slots = new Int32Array(4096);
  /** Relations that are in #slots; the ones behind were appended and are entered when something is looked for. */
  #indexed = 1;

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

  /** Adds a relation that is known to be new. */
  append(left: number, operator: number, right: number): number {
    this.#push(left, operator, right);
    return 1 - this.size;
  }

  intern(left: number, operator: number, right: number): number {
    if (this.#indexed < this.size) this.#rehash();
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
    this.#indexed = this.size;
    if (index * 2 > this.#slots.length) this.#rehash();
    return -index;
  }

  #push(left: number, operator: number, right: number): void {
    this.#left.push(left);
    this.#operator.push(operator);
    this.#right.push(right);
  }

  #rehash(): void {
    let length = this.#slots.length;
    while (this.size * 2 > length) length *= 2;
    const slots = new Int32Array(length);
    const mask = length - 1;
    const [left, right, operator] = [this.#left.data, this.#right.data, this.#operator.data];
    for (let index = 1; index < this.size; index++) {
      let slot = hash(left[index]!, operator[index]!, right[index]!) & mask;
      for (let step = 1; slots[slot] !== 0; step++) slot = (slot + step) & mask;
      slots[slot] = index;
    }
    this.#slots = slots;
    this.#indexed = this.size;
  }
}

function hash(left: number, operator: number, right: number): number {
  let h = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca77) ^ Math.imul(operator, 0xc2b2ae3d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

/** Whether an operator compares versions, as against combining dependencies. */
export function isComparison(operator: number): boolean {
  return operator < 8;
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
