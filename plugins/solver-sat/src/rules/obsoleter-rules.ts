import { pruneToBestVersions } from '../policy/prune.ts';
import type { ObsoleterIndex } from '../policy/updates.ts';
import { matchesPackage } from '../pool/match.ts';
import { namesakes } from '../pool/namesakes.ts';
import type { Pool } from '../pool/pool.ts';
import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';

/**
 * Packages of different names that obsolete the same installed package with the same words are parts it was split into: none of them
 * comes without one of every other name.
 */
export function addObsoleterRules(state: SatState, obsoleters: ObsoleterIndex): void {
  const { pool, rules } = state;
  state.obsoleterRules = { start: rules.count, end: rules.count };
  const done = new Set<number>();
  for (const old of state.changes.policies.allObsoleters ? pool.installedIds : []) {
    for (const p of obsoleters.of(old)) {
      for (const dep of obsoletesOf(pool, p)) {
        if (done.has(dep) || !installedMatches(pool, dep).some((q) => pool.sameColor(old, q))) continue;
        done.add(dep);
        addForDependency(state, obsoleters, dep);
      }
    }
  }
  state.obsoleterRules.end = rules.count;
}

function addForDependency(state: SatState, obsoleters: ObsoleterIndex, dep: number): void {
  const { pool, rules } = state;
  const parts = new Set<number>();
  for (const old of installedMatches(pool, dep)) {
    for (const p of [...obsoleters.of(old), ...namesakes(pool, old)]) {
      if (pool.sameColor(old, p) && obsoletesOf(pool, p).includes(dep)) parts.add(p);
    }
  }
  const best = IntList.from([...parts]);
  if (best.length < 2) return;
  pruneToBestVersions(pool, best);
  const groups = best.toArray().map((p) => [...parts].filter((q) => pool.name[q] === pool.name[p]));
  if (groups.length < 2) return;
  for (const group of groups) {
    for (const p of group) {
      if (pool.installed[p] === 1) continue;
      for (const other of groups) if (other !== group) rules.addLiterals(IntList.from([-p, ...other]));
    }
  }
}

/** Leaves out candidates that come anyway with an earlier one. */
export function dropCompanions(state: SatState, candidates: IntList): void {
  const { rules, obsoleterRules } = state;
  if (obsoleterRules.start === obsoleterRules.end) return;
  const kept: number[] = [];
  const dropped = new Set<number>();
  for (const p of candidates.toArray()) {
    if (dropped.has(p)) continue;
    kept.push(p);
    for (let rule = obsoleterRules.start; rule < obsoleterRules.end; rule++) {
      if (rules.first[rule] === -p) for (const literal of rules.literals(rule)) if (literal > 0) dropped.add(literal);
    }
  }
  candidates.replaceFrom(0, kept);
}

function obsoletesOf({ deps, lists }: Pool, p: number): number[] {
  const found: number[] = [];
  const start = lists.obsoletes[p]!;
  if (start !== 0) for (let i = start; deps[i] !== 0; i++) found.push(deps[i]!);
  return found;
}

function installedMatches(pool: Pool, dep: number): number[] {
  const { providers } = pool;
  const found: number[] = [];
  for (let i = providers.of(dep); providers.data[i] !== 0; i++) {
    const p = providers.data[i]!;
    if (pool.installed[p] === 1 && matchesPackage(pool, p, dep)) found.push(p);
  }
  return found;
}
