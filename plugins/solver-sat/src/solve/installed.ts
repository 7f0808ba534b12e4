import { filterCandidates } from '../policy/filter.ts';
import { isIdentical } from '../pool/namesakes.ts';
import { replacementRule } from '../rules/update-rules.ts';
import { decideAndLearn } from '../sat/learn.ts';
import { BECAUSE_INSTALLED, type SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import { installBest } from './choose.ts';

/** Update what is asked for; keep what can be kept; update the rest of what cannot stay. */
const UPDATE = 0;
const KEEP = 1;
const REPLACE = 2;

/** Updates installed packages as jobs want, keeps the others, and updates those that cannot stay. */
export function resolveInstalled(state: SatState, from: number): number {
  const { changes, pool } = state;
  const keep = changes.policies.keepFirst ? KEEP : REPLACE;
  const first = changes.updateAll ? REPLACE : changes.update.includes(1) ? UPDATE : keep;
  const count = pool.installedIds.length;
  let level = from;
  for (let pass = first; pass <= REPLACE; pass = pass === UPDATE ? keep : pass + 1) {
    const passLevel = level;
    let postponed = false;
    let looked = 0;
    // The package that gave trouble the last time comes first.
    let at = state.installedAt;
    for (; looked < count; looked++, at = (at + 1) % count) {
      // Once more after each decision: the package itself may be undecided still.
      for (;;) {
        const step = resolveOne(state, level, at, pass);
        if (step === 'later') postponed = true;
        if (step === 'later' || step === null) break;
        const before = level;
        level = step;
        if (level < passLevel) break;
        if (level < before) looked = 0;
      }
      if (level < passLevel) break;
    }
    if (level < passLevel) {
      state.installedAt = at;
      if (level < from) return level;
      pass = first - 1;
      continue;
    }
    state.installedAt = 0;
    if (pass === KEEP && !postponed) break;
  }
  return level;
}

/** Decides about one installed package. Returns the new level, null when there is nothing to decide. */
function resolveOne(state: SatState, level: number, index: number, pass: number): number | 'later' | null {
  const { pool, rules, changes } = state;
  const p = pool.installedIds[index]!;
  if (state.level[p]! > 0 && !state.sideUpdates.has(p)) return null;
  if (pass === UPDATE && changes.update[p] === 0) return null;
  const update = state.updateRules.start + index;
  const usable = rules.first[update] !== 0 && rules.disabled[update] === 0;
  const rule = usable ? update : replacementRule(state, index);
  if (rules.first[rule] === 0) return null;
  const wanted = changes.updateAll || changes.update[p] === 1 || state.level[p]! < 0;
  if (wanted && state.noUpdate[p] === 0) {
    if (pass === KEEP) return 'later';
    const beside = sideUpdate(state, p);
    if (beside !== 0) {
      const reason = replacementRule(state, index);
      return installBest(state, level, IntList.from([beside]), reason, BECAUSE_INSTALLED, false);
    }
    const candidates = openReplacements(state, rule, changes.targets.get(p));
    if (candidates.length > 0) return installBest(state, level, candidates, rule, BECAUSE_INSTALLED, false);
  }
  if (state.level[p] !== 0 || state.unneeded?.[p] === 1) return null;
  return decideAndLearn(state, level, p, true, update, BECAUSE_INSTALLED);
}

/** The best of what updates a package without replacing it, when it is not chosen yet; else 0. */
function sideUpdate(state: SatState, p: number): number {
  const { pool, level, changes } = state;
  const updates = state.sideUpdates.get(p);
  if (updates === undefined) return 0;
  const open = [p, ...updates].filter((q) => level[q]! >= 0);
  // The same build in a repository tells how preferred that repository is.
  const known = open.filter((q) => pool.installed[q] === 1);
  const same = updates.filter(
    (q) => level[q]! < 0 && pool.installed[q] === 0 && known.some((k) => isIdentical(pool, k, q)),
  );
  const targets = changes.targets.get(p);
  const candidates = IntList.from([...open, ...same].filter((q) => targets?.has(q) ?? true));
  if (candidates.length === 0) return 0;
  filterCandidates(state, candidates, 'choose');
  const best = candidates.at(0);
  return best !== p && level[best] === 0 ? best : 0;
}

/** Undecided packages of a rule that is not fulfilled, of the targets where there are any. */
function openReplacements(state: SatState, rule: number, targets: ReadonlySet<number> | undefined): IntList {
  const candidates = new IntList();
  for (const literal of state.rules.literals(rule)) {
    if (state.level[literal]! > 0) return new IntList();
    if (state.level[literal] === 0 && (targets === undefined || targets.has(literal))) candidates.push(literal);
  }
  return candidates;
}
