import type { SatState } from './state.ts';

/** Builds the watch lists of all rules with two or more literals. */
export function makeWatches(state: SatState): void {
  const { rules, pool } = state;
  const watches = new Int32Array(2 * pool.count);
  state.watches = watches;
  const { watch1, watch2, next1, next2 } = rules;
  const middle = pool.count;
  for (let rule = rules.count - 1; rule >= 1; rule--) {
    if (watch2[rule] === 0) continue;
    const first = middle + watch1[rule]!;
    next1[rule] = watches[first]!;
    watches[first] = rule;
    const second = middle + watch2[rule]!;
    next2[rule] = watches[second]!;
    watches[second] = rule;
  }
}

/** Adds one rule to the watch lists of its two watched literals. */
export function watch(state: SatState, rule: number): void {
  const { rules, watches } = state;
  const middle = state.pool.count;
  const first = middle + rules.watch1[rule]!;
  rules.next1[rule] = watches[first]!;
  watches[first] = rule;
  const second = middle + rules.watch2[rule]!;
  rules.next2[rule] = watches[second]!;
  watches[second] = rule;
}

/**
 * Follows every decision not looked at yet to the rules that watch its opposite, and decides what those leave no choice about.
 * Returns 0, or the rule that cannot be fulfilled any more.
 */
export function propagate(state: SatState, level: number): number {
  const { rules, watches, level: decided, queue, why } = state;
  const { first, tail, watch1, watch2, next1, next2, disabled } = rules;
  const middle = state.pool.count;
  const arena = rules.providers.data;
  while (state.propagated < queue.length) {
    const falsified = -queue.data[state.propagated++]!;
    // `link` is the place that names the current rule: the head of the list or the previous rule's `next1` or `next2`.
    let linkColumn: Int32Array = watches;
    let link = middle + falsified;
    for (;;) {
      const rule = linkColumn[link]!;
      if (rule === 0) break;
      const isFirst = watch1[rule] === falsified;
      const nextColumn = isFirst ? next1 : next2;
      if (disabled[rule] !== 0) {
        linkColumn = nextColumn;
        link = rule;
        continue;
      }
      const other = isFirst ? watch2[rule]! : watch1[rule]!;
      const otherLevel = other > 0 ? decided[other]! : -decided[-other]!;
      if (otherLevel > 0) {
        linkColumn = nextColumn;
        link = rule;
        continue;
      }
      let list = tail[rule]!;
      if (list !== 0) {
        let replacement = first[rule]!;
        const usable =
          replacement !== other && (replacement > 0 ? decided[replacement]! >= 0 : decided[-replacement]! <= 0);
        if (!usable) {
          for (replacement = arena[list]!; replacement !== 0; replacement = arena[++list]!) {
            if (replacement !== other && (replacement > 0 ? decided[replacement]! >= 0 : decided[-replacement]! <= 0))
              break;
          }
        }
        if (replacement !== 0) {
          linkColumn[link] = nextColumn[rule]!;
          (isFirst ? watch1 : watch2)[rule] = replacement;
          nextColumn[rule] = watches[middle + replacement]!;
          watches[middle + replacement] = rule;
          continue;
        }
      }
      if (otherLevel < 0) return rule;
      if (other > 0) decided[other] = level;
      else decided[-other] = -level;
      queue.push(other);
      why.push(rule);
      linkColumn = nextColumn;
      link = rule;
    }
  }
  return 0;
}
