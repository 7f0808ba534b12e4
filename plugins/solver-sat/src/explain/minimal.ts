/** Proofs of more rules than this are shown as they are. */
const MAX_RULES = 400;

/**
 * Leaves a subset of clauses that contradict each other such that each one is needed (deletion, one after the other). `order` says
 * which are tried first.
 */
export function minimalContradiction<T extends { readonly literals: readonly number[] }>(clauses: readonly T[]): T[] {
  let kept = [...clauses];
  if (kept.length > MAX_RULES) return kept;
  for (const clause of clauses) {
    const without = kept.filter((other) => other !== clause);
    if (!isSatisfiable(without.map(({ literals }) => literals))) kept = without;
  }
  return kept;
}

/** Whether all clauses can hold together: unit propagation and splitting, for small sets. */
export function isSatisfiable(clauses: readonly (readonly number[])[]): boolean {
  return search(clauses, new Map());
}

function search(clauses: readonly (readonly number[])[], assignment: Map<number, boolean>): boolean {
  const assigned = new Map(assignment);
  const value = (literal: number): boolean | undefined => {
    const known = assigned.get(Math.abs(literal));
    return known === undefined ? undefined : known === literal > 0;
  };
  let open = clauses;
  for (let changed = true; changed; ) {
    changed = false;
    const next: (readonly number[])[] = [];
    for (const clause of open) {
      let free = 0;
      let last = 0;
      let fulfilled = false;
      for (const literal of clause) {
        const known = value(literal);
        if (known === true) {
          fulfilled = true;
          break;
        }
        if (known === undefined) {
          free++;
          last = literal;
        }
      }
      if (fulfilled) continue;
      if (free === 0) return false;
      if (free === 1) {
        assigned.set(Math.abs(last), last > 0);
        changed = true;
      } else next.push(clause);
    }
    open = next;
  }
  const branch = open[0]?.find((literal) => value(literal) === undefined);
  if (branch === undefined) return true;
  const variable = Math.abs(branch);
  return [branch > 0, branch < 0].some((choice) => search(open, assigned.set(variable, choice)));
}
