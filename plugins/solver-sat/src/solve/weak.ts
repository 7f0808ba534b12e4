import { filterCandidates } from '../policy/filter.ts';
import { asksMachine, isNewlySupplementing } from '../policy/fulfilled.ts';
import { matchesPackage } from '../pool/match.ts';
import { conjunctive, isComplex } from '../rules/normal-form.ts';
import { decideAndLearn } from '../sat/learn.ts';
import { BECAUSE_WEAK, type SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import { openBranch } from './choose.ts';

/**
 * Installs what chosen packages recommend and what supplements them, as far as nothing stands against it. Returns the level, and
 * whether anything was tried: then dependencies have to be looked at again.
 */
export function resolveWeak(
  state: SatState,
  from: number,
  multiversion: Uint8Array | null,
): { level: number; again: boolean } {
  const { pool } = state;
  const recommended = new IntList();
  const supplements = new IntList();
  const known = new Uint8Array(pool.count);
  state.hinting ??= hintingPackages(state);
  const { hinting } = state;
  const { recommends } = pool.lists;
  const candidates = new IntList();
  for (let i = 0; i < hinting.length; i++) {
    const p = hinting[i]!;
    const at = state.level[p]!;
    if (at > 0) {
      if (recommends[p] === 0 || !recommendsCount(state, p)) continue;
      candidates.clear();
      openRecommends(state, p, candidates);
      for (let j = 0; j < candidates.length; j++) addOnce(recommended, known, candidates.at(j));
    } else if (at === 0 && pool.lists.supplements[p] !== 0 && isWantedSupplement(state, p, multiversion))
      supplements.push(p);
  }
  const { favor, notWeak } = state.changes;
  const { distupgrade, dropOrphan } = state.changes;
  const dropped = (p: number) => distupgrade?.everything === true && dropOrphan[p] === 1;
  const welcome = (p: number) => (favor === null || favor[p]! >= 0) && notWeak?.[p] !== 1 && !dropped(p);
  recommended.filter(welcome);
  supplements.filter(welcome);
  dropObsoleted(state, recommended, supplements, multiversion);
  for (const p of supplements.toArray()) addOnce(recommended, known, p);
  if (recommended.length === 0) return { level: from, again: false };
  if (recommended.length === 1) {
    return { level: decideAndLearn(state, from, recommended.at(0), false, 0, BECAUSE_WEAK), again: true };
  }
  filterCandidates(state, recommended, 'recommend');
  const best = new Uint8Array(pool.count);
  for (const p of recommended.view()) best[p] = 1;
  supplements.filter((p) => best[p] === 1);
  return { level: install(state, from, supplements, best), again: true };
}

/** Packages that can bring in others, or come by themselves. */
function hintingPackages({ pool, reached }: SatState): Int32Array {
  const { recommends, supplements } = pool.lists;
  const found = new IntList(1024);
  for (let i = 0; i < pool.hinting.length; i++) if (supplements[pool.hinting[i]!] !== 0) found.push(pool.hinting[i]!);
  for (let i = 0; i < reached.length; i++) {
    const p = reached[i]!;
    if (recommends[p] !== 0 && supplements[p] === 0) found.push(p);
  }
  return found.view().slice().sort();
}

function addOnce(list: IntList, known: Uint8Array, p: number): void {
  if (known[p] !== 0) return;
  known[p] = 1;
  list.push(p);
}

/** Installs all supplements, then the best candidate of each recommendation; stops when a decision had to be taken back. */
function install(state: SatState, from: number, supplements: IntList, best: Uint8Array): number {
  const { pool, queue } = state;
  let level = from;
  if (supplements.length > 1) filterCandidates(state, supplements, 'supplement');
  const decided = queue.length;
  for (const p of supplements.toArray()) {
    if (state.level[p] !== 0) continue;
    const before = level;
    level = decideAndLearn(state, level, p, false, 0, BECAUSE_WEAK);
    if (level <= before) return level;
  }
  if (queue.length < decided) return level;
  for (let i = 0; i < decided; i++) {
    const p = queue.at(i);
    if (p < 0 || !recommendsCount(state, p) || pool.lists.recommends[p] === 0) continue;
    for (let j = pool.lists.recommends[p]!; pool.deps[j] !== 0; j++) {
      if (!depCounts(state, pool.deps[j]!)) continue;
      const candidates = new IntList();
      openCandidates(state, pool.deps[j]!, best, candidates);
      if (candidates.length === 0) continue;
      if (candidates.length > 1) filterCandidates(state, candidates, 'choose');
      if (candidates.length > 1) openBranch(state, level, candidates);
      const before = level;
      level = decideAndLearn(state, level, candidates.at(0), false, 0, BECAUSE_WEAK);
      if (level <= before || queue.length < decided) return level;
    }
  }
  return level;
}

/** Whether what a package recommends may come in: not again for one that was there before. */
function recommendsCount({ pool, changes }: SatState, p: number): boolean {
  return pool.installed[p] === 0 || changes.policies.weakOfInstalled;
}

function depCounts({ pool, changes }: SatState, dep: number): boolean {
  return !changes.policies.weakOfMachine || asksMachine(pool, dep);
}

function openRecommends(state: SatState, p: number, found: IntList): void {
  const { deps, lists } = state.pool;
  for (let i = lists.recommends[p]!; deps[i] !== 0; i++) {
    if (depCounts(state, deps[i]!)) openCandidates(state, deps[i]!, null, found);
  }
}

/** Appends undecided packages that would fulfil a recommendation, none when something chosen does. */
function openCandidates(state: SatState, dep: number, among: Uint8Array | null, found: IntList): void {
  const { pool, level } = state;
  const before = found.length;
  if (!isComplex(pool, dep)) {
    const offset = pool.providers.of(dep);
    const { data } = pool.providers;
    for (let i = offset; data[i] !== 0; i++) {
      const p = data[i]!;
      if (level[p]! > 0) {
        found.length = before;
        return;
      }
      if (level[p] === 0 && (among === null || among[p] === 1)) found.push(p);
    }
    return;
  }
  const form = conjunctive(pool, dep);
  if (typeof form === 'string') return;
  for (const block of form) {
    if (block.some((literal) => (literal > 0 ? level[literal]! > 0 : level[-literal]! <= 0))) continue;
    for (const p of block) {
      if (p > 0 && level[p] === 0 && (among === null || among[p] === 1)) found.pushUnique(p, before);
    }
  }
}

function isWantedSupplement(state: SatState, p: number, multiversion: Uint8Array | null): boolean {
  const { pool, level } = state;
  if (!pool.installable(p) || !isNewlySupplementing(state, p)) return false;
  const { providers, name, arch } = pool;
  for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
    const other = providers.data[i]!;
    if (level[other]! <= 0 || name[other] !== name[p]) continue;
    // Another version or word size was chosen already.
    if (multiversion?.[p] === 1 || (pool.multilib && arch[other] !== arch[p])) return false;
  }
  return true;
}

/** Leaves out what packages that stay installed obsolete. */
function dropObsoleted(
  state: SatState,
  recommended: IntList,
  supplements: IntList,
  multiversion: Uint8Array | null,
): void {
  const { pool } = state;
  if (pool.installedIds.length === 0 || recommended.length + supplements.length === 0) return;
  const { providers, deps, lists } = pool;
  const gone = new Set<number>();
  for (const p of pool.installedIds) {
    const start = lists.obsoletes[p]!;
    if (start === 0 || state.level[p]! <= 0) continue;
    if (multiversion?.[p] === 1 && !state.changes.policies.multiversionObsoletes) continue;
    for (let i = start; deps[i] !== 0; i++) {
      for (let j = providers.of(deps[i]!); providers.data[j] !== 0; j++) {
        if (matchesPackage(pool, providers.data[j]!, deps[i]!)) gone.add(providers.data[j]!);
      }
    }
  }
  recommended.filter((p) => !gone.has(p));
  supplements.filter((p) => !gone.has(p));
}
