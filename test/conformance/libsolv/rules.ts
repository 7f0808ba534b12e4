import type { SatState } from '../../../plugins/solver-sat/src/sat/state.ts';
import { difference } from './expectation.ts';
import { nevraAt } from './jobs.ts';

/**
 * How the rules of packages and jobs differ from `rule CLASS ID LITERAL` lines, in which lines of one id are one rule; null when they
 * do not.
 */
export function differentRules(state: SatState, lines: readonly string[]): string | null {
  const expected = new Map<string, string[]>();
  for (const line of lines) {
    const [, kind, id, literal] = /^rule (pkg|job) (\S+) +(\S+)$/.exec(line.trim()) ?? [];
    if (kind === undefined || literal === undefined) continue;
    const key = `${kind} ${id}`;
    expected.set(key, [...(expected.get(key) ?? []), literal]);
  }
  const written = (kind: string, literals: readonly string[]) => `${kind}: ${[...literals].sort().join(' ')}`;
  const wanted = new Set([...expected].map(([key, literals]) => written(key.split(' ')[0]!, literals)));
  const found = new Set<string>();
  for (const [kind, { start, end }] of [['pkg', state.packageRules] as const, ['job', state.jobRules] as const]) {
    for (let rule = start; rule < end; rule++) {
      const literals = state.rules.literals(rule);
      if (literals.length === 0) continue;
      found.add(
        written(
          kind,
          literals.map((literal) => `${literal < 0 ? '-' : ''}${nevraAt(state.pool, Math.abs(literal))}`),
        ),
      );
    }
  }
  return difference('make the rule', wanted, found);
}
