import { replacementRule } from '../rules/update-rules.ts';
import { decideAndLearn } from '../sat/learn.ts';
import { BECAUSE_INSTALLED, type SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import { installBest } from './choose.ts';

/**
 * Keeps installed packages, or updates those that cannot stay: first all that can be kept, then the rest. `leaving` marks packages that
 * shall go and not be replaced.
 */
export function resolveInstalled(state: SatState, from: number, leaving: ReadonlySet<number>): number {
  const { pool, rules } = state;
  const candidates = new IntList();
  let level = from;
  let updates = false;
  for (let pass = 1; pass <= 2; pass++) {
    const passLevel = level;
    for (let i = 0; i < pool.installedIds.length; i++) {
      const p = pool.installedIds[i]!;
      if (state.level[p]! > 0) continue;
      const update = state.updateRules.start + i;
      const before = level;
      if (state.level[p]! < 0 && !leaving.has(p)) {
        if (pass === 1) {
          updates = true;
          continue;
        }
        const rule = rules.disabled[update] === 0 ? update : replacementRule(state, i);
        if (!openReplacements(state, rule, candidates)) continue;
        level = installBest(state, level, candidates, rule, BECAUSE_INSTALLED, false);
      } else if (state.level[p] === 0) level = decideAndLearn(state, level, p, true, update, BECAUSE_INSTALLED);
      else continue;
      if (level > before) continue;
      if (level < from) return level;
      if (level < passLevel) {
        pass = 0;
        break;
      }
      i = level < before ? -1 : i - 1;
    }
    if (pass === 1 && !updates) break;
  }
  return level;
}

function openReplacements(state: SatState, rule: number, candidates: IntList): boolean {
  candidates.clear();
  for (const literal of state.rules.literals(rule)) {
    if (state.level[literal]! > 0) return false;
    if (state.level[literal] === 0) candidates.push(literal);
  }
  return candidates.length > 0;
}
