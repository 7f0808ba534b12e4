/** How strongly a package must come after another one. */
export const WEAK = 0;
export const REQUIRED = 1;
export const PRE = 2;

/** Which chosen packages each chosen package comes after, by strength. */
export type Edges = readonly ReadonlyMap<number, number>[];

const COSTS = [1, 1e3, 1e6];

/** Orders the members of a circle, which are ascending: always the one next that leaves the least unfulfilled, of equals the first one. */
export function unroll(component: readonly number[], edges: Edges): number[] {
  const followers = new Map<number, [follower: number, cost: number][]>(component.map((i) => [i, []]));
  const cost = new Map<number, number>();
  const queue = new Queue();
  for (const i of component) {
    let sum = 0;
    for (const [j, strength] of edges[i]!) {
      const later = followers.get(j);
      if (later === undefined) continue;
      later.push([i, COSTS[strength]!]);
      sum += COSTS[strength]!;
    }
    cost.set(i, sum);
    queue.push(sum, i);
  }
  const order: number[] = [];
  while (order.length < component.length) {
    const [at, i] = queue.pop();
    // Entries from before the cost went down, and of members that have their place, are passed over.
    if (cost.get(i) !== at) continue;
    cost.delete(i);
    order.push(i);
    for (const [follower, less] of followers.get(i)!) {
      const before = cost.get(follower);
      if (before === undefined) continue;
      cost.set(follower, before - less);
      queue.push(before - less, follower);
    }
  }
  return order;
}

/** A binary heap of costs and members, the smallest first. */
class Queue {
  readonly #entries: [cost: number, member: number][] = [];

  push(cost: number, member: number): void {
    const entries = this.#entries;
    let at = entries.push([cost, member]) - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.#isBefore(at, up); up = (at - 1) >> 1) {
      this.#swap(at, up);
      at = up;
    }
  }

  /** There must be one. */
  pop(): [cost: number, member: number] {
    const entries = this.#entries;
    this.#swap(0, entries.length - 1);
    const smallest = entries.pop()!;
    for (let at = 0; ; ) {
      let next = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < entries.length && this.#isBefore(child, next)) next = child;
      }
      if (next === at) return smallest;
      this.#swap(at, next);
      at = next;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [costA, memberA] = this.#entries[a]!;
    const [costB, memberB] = this.#entries[b]!;
    return costA < costB || (costA === costB && memberA < memberB);
  }

  #swap(a: number, b: number): void {
    const entries = this.#entries;
    [entries[a], entries[b]] = [entries[b]!, entries[a]!];
  }
}
