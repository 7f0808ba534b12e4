import type { ProviderIndex } from '../pool/providers.ts';
import type { IntList } from '../util/int-list.ts';

/**
 * Clauses in columns. A literal is a package id, positive for "installed" and negative for "not installed". A rule is `first`, and
 * either up to one more literal (`tail` is 0, `watch2` holds it) or the list at offset `tail` of the provider arena. Rule 0 does not
 * exist; a rule with `first` 0 is a placeholder that says nothing. Until {@link RuleStore.unify} rules are only collected.
 */
export class RuleStore {
  readonly providers: ProviderIndex;
  count = 1;
  first: Int32Array;
  tail: Int32Array;
  watch1 = new Int32Array(0);
  watch2: Int32Array;
  next1 = new Int32Array(0);
  next2 = new Int32Array(0);
  disabled = new Uint8Array(0);

  constructor(providers: ProviderIndex, capacity = 1 << 14) {
    this.providers = providers;
    this.first = new Int32Array(capacity);
    this.tail = new Int32Array(capacity);
    this.watch2 = new Int32Array(capacity);
  }

  /** Adds `first ∨ second`, or `first ∨ list` for an offset of the arena; 0 leaves a part out. Returns the rule's number. */
  add(first: number, second: number, list: number): number {
    const { data } = this.providers;
    let other = second;
    let tail = list;
    if (tail !== 0 && data[tail] === 0) tail = 0;
    else if (tail !== 0 && data[tail + 1] === 0) {
      other = data[tail]!;
      tail = 0;
    }
    if (this.count === this.first.length) this.#grow();
    const rule = this.count++;
    this.first[rule] = first;
    this.tail[rule] = tail;
    this.watch2[rule] = tail === 0 ? other : data[tail]!;
    if (rule < this.watch1.length) {
      this.watch1[rule] = first;
      this.disabled[rule] = 0;
    }
    return rule;
  }

  /** Adds a rule of the literals from `start` on. */
  addLiterals(literals: IntList, start = 0): number {
    const n = literals.length - start;
    if (n <= 2) return this.add(n > 0 ? literals.at(start) : 0, n > 1 ? literals.at(start + 1) : 0, 0);
    return this.add(literals.at(start), 0, this.providers.store(literals, start + 1));
  }

  /** Makes a rule a placeholder. */
  clear(rule: number): void {
    this.first[rule] = 0;
    this.tail[rule] = 0;
    this.watch1[rule] = 0;
    this.watch2[rule] = 0;
  }

  /** The literal at an index, 0 after the last one. */
  literal(rule: number, index: number): number {
    if (index === 0) return this.first[rule]!;
    const tail = this.tail[rule]!;
    if (tail !== 0) return this.providers.data[tail + index - 1]!;
    return index === 1 ? this.watch2[rule]! : 0;
  }

  literals(rule: number): number[] {
    const all: number[] = [];
    for (let i = 0, l = this.literal(rule, 0); l !== 0; l = this.literal(rule, ++i)) all.push(l);
    return all;
  }

  /** Whether the rule has exactly one literal. */
  isAssertion(rule: number): boolean {
    return this.first[rule] !== 0 && this.tail[rule] === 0 && this.watch2[rule] === 0;
  }

  /** Order that brings equal rules together: by literals, one after the other. */
  compare(a: number, b: number): number {
    const byFirst = this.first[a]! - this.first[b]!;
    if (byFirst !== 0) return byFirst;
    const ta = this.tail[a]!;
    const tb = this.tail[b]!;
    if (ta === 0 && tb === 0) return this.watch2[a]! - this.watch2[b]!;
    const { data } = this.providers;
    if (ta === 0) return this.watch2[a]! - data[tb]! || -1;
    if (tb === 0) return data[ta]! - this.watch2[b]! || 1;
    if (ta === tb) return 0;
    for (let i = 0; ; i++) {
      const x = data[ta + i]!;
      const y = data[tb + i]!;
      if (x !== y) return x - y;
      if (x === 0) return 0;
    }
  }

  /** Sorts all rules and drops duplicates; once, before anything refers to rules by number. Literals are below `literals`. */
  unify(literals: number): void {
    const { first, tail, watch2 } = this;
    const order =
      sortedByKey(first, watch2, this.count, literals) ?? sortedByLiteral(first, watch2, this.count, literals);
    // Jobs, policies and what is learnt come behind.
    const capacity = order.length + (order.length >> 3) + 1024;
    const firsts = new Int32Array(capacity);
    const tails = new Int32Array(capacity);
    const seconds = new Int32Array(capacity);
    let count = 1;
    for (let i = 0; i < order.length; ) {
      const rule = order[i]!;
      const a = first[rule]!;
      const b = watch2[rule]!;
      let end = i + 1;
      while (end < order.length && first[order[end]!] === a && watch2[order[end]!] === b) end++;
      const kept = end === i + 1 ? end : this.#unifySimilar(order, i, end);
      for (; i < kept; i++) {
        firsts[count] = a;
        tails[count] = tail[order[i]!]!;
        seconds[count++] = b;
      }
      i = end;
    }
    this.first = firsts;
    this.tail = tails;
    this.watch2 = seconds;
    this.watch1 = firsts.slice();
    this.next1 = new Int32Array(capacity);
    this.next2 = new Int32Array(capacity);
    this.disabled = new Uint8Array(capacity);
    this.count = count;
  }

  /** Sorts rules of a range that share their first two literals and moves those that differ to its front; returns their end. */
  #unifySimilar(order: Int32Array, from: number, end: number): number {
    for (let i = from + 1; i < end; i++) {
      const rule = order[i]!;
      let at = i;
      for (; at > from && this.compare(order[at - 1]!, rule) > 0; at--) order[at] = order[at - 1]!;
      order[at] = rule;
    }
    let kept = from + 1;
    for (let i = from + 1; i < end; i++) {
      if (this.compare(order[i]!, order[kept - 1]!) !== 0) order[kept++] = order[i]!;
    }
    return kept;
  }

  #grow(): void {
    const larger = (column: Int32Array) => {
      const grown = new Int32Array(column.length * 2);
      grown.set(column);
      return grown;
    };
    const collecting = this.watch1.length === 0;
    this.first = larger(this.first);
    this.tail = larger(this.tail);
    this.watch2 = larger(this.watch2);
    if (collecting) return;
    this.watch1 = larger(this.watch1);
    this.next1 = larger(this.next1);
    this.next2 = larger(this.next2);
    const disabled = new Uint8Array(this.disabled.length * 2);
    disabled.set(this.disabled);
    this.disabled = disabled;
  }
}

/**
 * Rules by their first literal, then by their second one, then by number, all three as one number that the engine sorts: that needs
 * no code that runs often enough to be compiled. Null where there are too many.
 */
function sortedByKey(first: Int32Array, second: Int32Array, count: number, bound: number): Int32Array | null {
  const width = 2 * bound + 1;
  if (width * width * count > Number.MAX_SAFE_INTEGER) return null;
  const keys = new Float64Array(count - 1);
  for (let rule = 1; rule < count; rule++) {
    keys[rule - 1] = ((first[rule]! + bound) * width + second[rule]! + bound) * count + rule;
  }
  keys.sort();
  const order = new Int32Array(keys.length);
  // Not by a remainder, which is slow for numbers of that size.
  for (let i = 0; i < keys.length; i++) order[i] = keys[i]! - Math.floor(keys[i]! / count) * count;
  return order;
}

/** The same in two passes, however many there are. */
function sortedByLiteral(first: Int32Array, second: Int32Array, count: number, bound: number): Int32Array {
  const unsorted = new Int32Array(count - 1);
  for (let i = 0; i < unsorted.length; i++) unsorted[i] = i + 1;
  return byLiteral(byLiteral(unsorted, second, bound), first, bound);
}

/** Sorts rules by a literal in one pass; those that have the same keep their order. Literals are between `-bound` and `bound`. */
function byLiteral(rules: Int32Array, column: Int32Array, bound: number): Int32Array {
  const next = new Int32Array(2 * bound + 2);
  for (let i = 0; i < rules.length; i++) next[column[rules[i]!]! + bound + 1]!++;
  for (let i = 1; i < next.length; i++) next[i]! += next[i - 1]!;
  const sorted = new Int32Array(rules.length);
  for (let i = 0; i < rules.length; i++) sorted[next[column[rules[i]!]! + bound]!++] = rules[i]!;
  return sorted;
}
