import { filterCandidates } from '../policy/filter.ts';
import type { UpdatePolicy } from '../policy/policies.ts';
import { isIllegalUpdate } from '../policy/updates.ts';
import { matchesPackage } from '../pool/match.ts';
import type { Pool } from '../pool/pool.ts';
import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';

/**
 * Where a requirement can be met by what is installed (or an update of it) and by something new as well, a weak rule prefers the
 * former: installing one thing shall not bring in an alternative to what is there.
 */
export function addChoiceRules(state: SatState, weak: IntList): void {
  const { pool, rules } = state;
  state.choiceRules = { start: rules.count, end: rules.count };
  if (pool.installedIds.length === 0) return;
  const forbidden = new Set<number>();
  for (const { start, end } of [state.inferiorArchRules, state.distupgradeRules]) {
    for (let rule = start; rule < end; rule++) if (rules.isAssertion(rule)) forbidden.add(-rules.first[rule]!);
  }
  const indexOf = new Map(Array.from(pool.installedIds, (p, i) => [p, i]));
  let last = '';
  for (let rule = 1; rule < state.packageRules.end; rule++) {
    if (rules.first[rule]! >= 0 || (rules.tail[rule] === 0 && rules.watch2[rule]! <= 0)) continue;
    const literals = rules.literals(rule);
    const choice = preferred(state, literals, forbidden, indexOf);
    if (choice === null) continue;
    const all = new Set(literals);
    const changes = choice.installed.some((p) => !coversUpdates(state, indexOf.get(p)!, all));
    if (!changes) continue;
    const negatives = literals.filter((literal) => literal < 0);
    const preference = [...negatives, ...choice.kept];
    // Another requirement of the package may prefer the same: one of them giving way is enough then.
    if (preference.join() === last) continue;
    last = preference.join();
    weak.push(rules.addLiterals(IntList.from(preference)));
    state.choiceOf.push(rule);
  }
  state.choiceRules.end = rules.count;
}

/** Candidates that are installed or update what is, and the installed packages behind them; null when there is nothing to prefer. */
function preferred(
  state: SatState,
  literals: readonly number[],
  forbidden: ReadonlySet<number>,
  indexOf: ReadonlyMap<number, number>,
): { kept: number[]; installed: number[] } | null {
  const { pool, changes } = state;
  const kept: number[] = [];
  const installed: number[] = [];
  let independent = false;
  const updated = (p: number) => changes.updateAll || changes.update[p] === 1;
  const ofInstalled = literals.some((literal) => literal < 0 && pool.installed[-literal] === 1 && !updated(-literal));
  const all = new Set(literals);
  for (const p of literals) {
    if (p < 2) continue;
    const replaced = installedCounterpart(pool, p);
    if (replaced === 0) independent = true;
    else if (replaced === p || (!forbidden.has(p) && !isIllegalUpdate(pool, replaced, p, policyFor(state, replaced)))) {
      if (!ofInstalled && (updated(replaced) || goesBack(state, replaced, p))) {
        if (losesIt(state, indexOf.get(replaced)!, all)) continue;
      }
      kept.push(p);
      installed.push(replaced);
    }
  }
  return independent && kept.length > 0 ? { kept, installed } : null;
}

function policyFor({ changes }: SatState, p: number): UpdatePolicy {
  return changes.distupgrade?.involved[p] === 1 ? changes.policies.distupgrade : changes.policies.update;
}

/** Whether `p` is an older version of an installed package, where going back is allowed. */
function goesBack({ pool, changes }: SatState, installed: number, p: number): boolean {
  const { policies, distupgrade } = changes;
  if (!policies.update.downgrade && (distupgrade === null || !policies.distupgrade.downgrade)) return false;
  return pool.name[p] === pool.name[installed] && pool.compareVersions(installed, p) > 0;
}

/** Whether the updates of an installed package that would be chosen are not among the literals. */
function losesIt(state: SatState, index: number, literals: ReadonlySet<number>): boolean {
  const { rules } = state;
  const update = state.updateRules.start + index;
  const rule = rules.first[update] === 0 ? state.featureRules.start + index : update;
  const updates = rules.literals(rule);
  if (updates.length === 0) return false;
  if (updates.every((p) => literals.has(p))) return false;
  const best = IntList.from(updates);
  filterCandidates(state, best, 'choose');
  return !best.toArray().some((p) => literals.has(p));
}

/** The installed package that `p` is or would replace, 0 when there is none. */
export function installedCounterpart(pool: Pool, p: number): number {
  if (pool.installed[p] === 1) return p;
  const { providers, name, deps, lists, installed } = pool;
  for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
    const other = providers.data[i]!;
    if (installed[other] === 1 && name[other] === name[p] && pool.sameColor(p, other)) return other;
  }
  const start = lists.obsoletes[p]!;
  if (start === 0) return 0;
  for (let i = start; deps[i] !== 0; i++) {
    for (let j = providers.of(deps[i]!); providers.data[j] !== 0; j++) {
      const other = providers.data[j]!;
      if (installed[other] === 1 && matchesPackage(pool, other, deps[i]!)) return other;
    }
  }
  return 0;
}

/** Whether everything that may come in the place of an installed package is among the literals. */
function coversUpdates(state: SatState, index: number, literals: ReadonlySet<number>): boolean {
  const { rules } = state;
  const update = state.updateRules.start + index;
  const rule = rules.first[update] === 0 ? state.featureRules.start + index : update;
  return rules.literals(rule).every((literal) => literals.has(literal));
}

/** Switches a choice rule off, and with it all others that would forbid what becomes possible. */
export function disableChoiceRules(state: SatState, rule: number): void {
  const { rules, choiceRules } = state;
  rules.disabled[rule] = 1;
  const kept = new Set(rules.literals(rule));
  const origin = (choice: number) => state.choiceOf.at(choice - choiceRules.start);
  const freed = new Set(rules.literals(origin(rule)).filter((literal) => literal > 0 && !kept.has(literal)));
  for (let other = choiceRules.start; other < choiceRules.end; other++) {
    if (rules.disabled[other] === 0 && rules.literals(origin(other)).some((literal) => freed.has(literal))) {
      rules.disabled[other] = 1;
    }
  }
}

/** Switches off choice rules that something else made pointless: another candidate came in anyway. Returns whether there were any. */
export function disableUnneededChoiceRules(state: SatState): boolean {
  const { rules, choiceRules } = state;
  let found = false;
  for (let rule = choiceRules.start; rule < choiceRules.end; rule++) {
    const origin = state.choiceOf.at(rule - choiceRules.start);
    if (rules.disabled[rule] !== 0 || rules.disabled[origin] !== 0) continue;
    const kept = new Set(rules.literals(rule));
    if (!rules.literals(origin).some((literal) => literal > 0 && state.level[literal]! > 0 && !kept.has(literal)))
      continue;
    disableChoiceRules(state, rule);
    found = true;
  }
  return found;
}
