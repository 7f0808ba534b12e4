import { isPossible } from '../policy/fulfilled.ts';
import { ANY_UPDATE, DEFAULT_POLICIES, type Policies } from '../policy/policies.ts';
import { ObsoleterIndex, updatesOf } from '../policy/updates.ts';
import { NOARCH, sameClass } from '../pool/arch.ts';
import { SYSTEM } from '../pool/columns.ts';
import type { Pool } from '../pool/pool.ts';
import { addInferiorArchRules } from '../rules/arch-rules.ts';
import { addBlacklistRules, addPriorityRules } from '../rules/ban-rules.ts';
import { addBestRules } from '../rules/best-rules.ts';
import { changesOf } from '../rules/changes.ts';
import { addChoiceRules } from '../rules/choice-rules.ts';
import { addDistupgradeRules } from '../rules/distupgrade-rules.ts';
import type { Job } from '../rules/job.ts';
import { addJobRules, weakenRequirements } from '../rules/job-rules.ts';
import { addObsoleterRules } from '../rules/obsoleter-rules.ts';
import { PackageRules } from '../rules/package-rules.ts';
import { disablePolicies } from '../rules/policy-rules.ts';
import { addRecommendRules } from '../rules/recommend-rules.ts';
import { addUpdateRules } from '../rules/update-rules.ts';
import { indexAssertions } from '../sat/assertions.ts';
import { makeWatches } from '../sat/propagate.ts';
import { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';
import { unneededPackages } from './cleandeps.ts';
import { run } from './run.ts';

export interface SolveOptions {
  readonly weak: boolean;
  /** 1 for packages of which several versions may be installed. */
  readonly multiversion?: Uint8Array;
  readonly policies?: Partial<Policies>;
  readonly signal?: AbortSignal;
}

/** Makes the rules that jobs can lead to and searches for what fulfils them. The answer, or the problems, are in the state. */
export function solve(pool: Pool, jobs: readonly Job[], options: SolveOptions): SatState {
  const multiversion = options.multiversion ?? null;
  const obsoleters = new ObsoleterIndex(pool);
  const policies = { ...DEFAULT_POLICIES, ...options.policies };
  const state = new SatState(pool, jobs, changesOf(pool, jobs, policies, obsoleters));
  addPackageRules(state, jobs, obsoleters, { weak: options.weak, multiversion });
  state.rules.unify(pool.count);
  state.packageRules = { start: 1, end: state.rules.count };
  const weak = new IntList();
  weakenRequirements(state, jobs, weak);
  addUpdateRules(state, obsoleters, multiversion);
  addJobRules(state, jobs, weak);
  if (!policies.inferiorArch) addInferiorArchRules(state);
  addDistupgradeRules(state);
  addBestRules(state, jobs, weak);
  addObsoleterRules(state, obsoleters);
  addBlacklistRules(state, jobs);
  addRecommendRules(state, weak);
  addPriorityRules(state);
  addChoiceRules(state, weak);
  state.weak = new Uint8Array(state.rules.count);
  for (const rule of weak.view()) state.weak[rule] = 1;
  state.learntStart = state.rules.count;
  makeWatches(state);
  indexAssertions(state);
  state.unneeded = unneededPackages(state, jobs);
  disablePolicies(state);
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  run(state, { weak: options.weak, multiversion, ...signal });
  return state;
}

/** Rules of everything that may play a part. */
function addPackageRules(
  state: SatState,
  jobs: readonly Job[],
  obsoleters: ObsoleterIndex,
  { weak, multiversion }: { readonly weak: boolean; readonly multiversion: Uint8Array | null },
): void {
  const { pool, rules } = state;
  const { policies, repair } = state.changes;
  const recommends = weak || policies.strongRecommends;
  const visited = new Uint8Array(pool.count);
  state.visited = visited;
  visited[SYSTEM] = 1;
  const builder = new PackageRules(
    pool,
    { multiversion, multiversionObsoletes: policies.multiversionObsoletes, repair, recommends },
    visited,
    (_kind, _from, a, b, list) => {
      // Rules of two literals have them in order, so that equal ones become neighbours.
      if (list === 0 && b !== 0 && a > b) rules.add(b, a, 0);
      else rules.add(a, b, list);
    },
  );
  const add = (p: number) => {
    if (visited[p] === 0) builder.add(p);
  };
  for (const p of pool.installedIds) add(p);
  for (const p of pool.installedIds) for (const other of updatesOf(pool, p, ANY_UPDATE, obsoleters)) add(other);
  for (const job of jobs) if (job.kind === 'install') for (const list of job.candidates) for (const p of list) add(p);
  if (recommends) addWeakCandidates(pool, visited, add);
  if (mayBeInferior(pool, visited, builder.reached.view())) {
    builder.widen();
    addWeakCandidates(pool, visited, add);
  }
  state.reached = builder.reached.view().slice().sort();
}

/**
 * Whether a marked package comes in an architecture that may not be the best one of its name, as far as is marked: then what is marked
 * decides which architectures are allowed, and everything that could be hinted at counts, as in libsolv.
 */
function mayBeInferior(pool: Pool, visited: Uint8Array, reached: Int32Array): boolean {
  const { providers, name, archScore } = pool;
  for (const p of reached) {
    if (archScore[p]! <= NOARCH) continue;
    for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
      const other = providers.data[i]!;
      if (visited[other] !== 0 || name[other] !== name[p] || archScore[other]! <= NOARCH) continue;
      if (archScore[other]! < archScore[p]! && !sameClass(archScore[other]!, archScore[p]!)) return true;
    }
  }
  return false;
}

/** Packages that supplement or enhance what is marked may come in by themselves, or influence a choice. */
function addWeakCandidates(pool: Pool, visited: Uint8Array, add: (p: number) => void): void {
  const { lists, deps } = pool;
  const hinting = pool.hinting.filter((p) => pool.installed[p] === 1 || pool.installable(p));
  const possible = (list: number) => {
    if (list !== 0) for (let i = list; deps[i] !== 0; i++) if (isPossible(pool, visited, deps[i]!)) return true;
    return false;
  };
  for (let i = 0, looked = 0; looked < hinting.length; i = (i + 1) % hinting.length, looked++) {
    const p = hinting[i]!;
    if (visited[p] !== 0 || !(possible(lists.supplements[p]!) || possible(lists.enhances[p]!))) continue;
    add(p);
    looked = -1;
  }
}
