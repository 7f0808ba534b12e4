import { filterCandidates } from '../policy/filter.ts';
import { BECAUSE_REQUIRED, type SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import { installBest } from './choose.ts';
import { preferUnneeded } from './cleandeps.ts';

/**
 * Decides all rules that are still open, those first for which only one candidate is left after filtering: what is chosen for them may
 * decide the others. With a focus only what packages that come need (`best`), and nothing that is installed fulfils (`new`). Returns the
 * level; lower than given when decisions of before were taken back.
 */
export function resolveDependencies(state: SatState, from: number, focus: 'new' | 'best' | null): number {
  const { rules } = state;
  const { openable } = state;
  const candidates = new IntList();
  let level = from;
  /** Place of the first rule with a real choice; -1 for none. */
  let postponed = -1;
  let choosing = false;
  for (let at = 0, looked = 0; ; at++, looked++) {
    findOpenable(state);
    if (looked >= openable.length) {
      if (choosing || postponed < 0) return level;
      at = postponed;
      choosing = true;
      looked = 0;
    }
    if (at >= openable.length) at = 0;
    const rule = openable.data[at]!;
    const first = rules.first[rule]!;
    if ((first < 0 && state.level[-first]! <= 0) || rules.disabled[rule] !== 0) continue;
    if (focus !== null && rule >= state.featureRules.start) continue;
    if (!open(state, rule, candidates)) continue;
    if (focus !== null && rules.tail[rule] !== 0 && !isNew(state, rule, focus)) continue;
    preferUnneeded(state, candidates);
    if (!choosing && candidates.length > 1) {
      filterCandidates(state, candidates, 'narrow');
      if (candidates.length > 1) {
        if (postponed < 0) postponed = at;
        continue;
      }
    }
    level = installBest(state, level, candidates, rule, BECAUSE_REQUIRED, focus !== null);
    if (level < from) return level;
    looked = -1;
  }
}

/** Lists rules that can be open after propagation: those with two candidates or more. Learnt ones come along. */
function findOpenable(state: SatState): void {
  const { rules, openable } = state;
  for (; state.openableUntil < rules.count; state.openableUntil++) {
    const rule = state.openableUntil;
    const first = rules.first[rule]!;
    const long = rules.tail[rule] !== 0;
    if (first < 0 ? long : first > 0 && (long || rules.watch2[rule]! > 0)) openable.push(rule);
  }
}

/** Whether a rule says what a package that comes needs; for `new` only where nothing that is installed fulfils it. */
function isNew({ pool, rules, level }: SatState, rule: number, focus: 'new' | 'best'): boolean {
  const literals = rules.literals(rule);
  const comes = literals.some((literal) => literal < 0 && level[-literal]! > 0 && pool.installed[-literal] === 0);
  return comes && (focus === 'best' || !literals.some((literal) => literal > 0 && pool.installed[literal] === 1));
}

/** Collects the candidates of a rule that is neither fulfilled nor decided; there are two at least, one would have been decided. */
function open(state: SatState, rule: number, candidates: IntList): boolean {
  const { rules, level } = state;
  const first = rules.first[rule]!;
  const tail = rules.tail[rule]!;
  if (first < 0 && (tail === 0 || level[-first]! <= 0)) return false;
  candidates.clear();
  if (tail === 0) {
    const second = rules.watch2[rule]!;
    if (first === 0 || second <= 0 || level[first] !== 0 || level[second] !== 0) return false;
    candidates.push(first);
    candidates.push(second);
    return true;
  }
  if (first > 0) {
    if (level[first]! > 0) return false;
    if (level[first] === 0) candidates.push(first);
  }
  const { data } = rules.providers;
  for (let i = tail; data[i] !== 0; i++) {
    const literal = data[i]!;
    if (literal < 0) {
      if (level[-literal]! <= 0) return false;
    } else if (level[literal]! > 0) return false;
    else if (level[literal] === 0) candidates.push(literal);
  }
  return true;
}
