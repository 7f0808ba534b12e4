import { NOARCH, sameClass } from '../pool/arch.ts';
import type { Pool } from '../pool/pool.ts';
import type { SatState } from '../sat/state.ts';
import { IntList } from '../util/int-list.ts';

/**
 * Forbids builds of a package for an architecture that is not the best one it comes in, so that a missing 64-bit update never pulls in
 * a 32-bit one. With multilib they are allowed beside the best build of the same version.
 */
export function addInferiorArchRules(state: SatState): void {
  const { pool, rules, visited } = state;
  state.inferiorArchRules = { start: rules.count, end: rules.count };
  const done = new Set<number>();
  for (const p of state.reached) {
    const name = pool.name[p]!;
    if (!hasSeveralArchs(pool, name) || done.has(name)) continue;
    done.add(name);
    addForName(state, visited, name);
  }
  state.inferiorArchRules.end = rules.count;
}

/** Whether packages of a name come for more than one class of architectures. */
function hasSeveralArchs(pool: Pool, name: number): boolean {
  const { providers, archScore } = pool;
  let first = 0;
  for (let i = providers.of(name); providers.data[i] !== 0; i++) {
    const p = providers.data[i]!;
    if (pool.name[p] !== name || archScore[p] === NOARCH) continue;
    if (first === 0) first = p;
    else if (!sameClass(archScore[first]!, archScore[p]!)) return true;
  }
  return false;
}

function addForName(state: SatState, visited: Uint8Array, name: number): void {
  const { pool, rules } = state;
  const group = named(pool, name).filter((p) => visited[p] !== 0);
  let best = 0;
  for (const p of group) {
    const score = pool.archScore[p]!;
    if (pool.installed[p] === 0 && score > NOARCH && (best === 0 || score < best)) best = score;
  }
  // What a distupgrade is about need not keep its architecture.
  const { distupgrade } = state.changes;
  const keeping = group.filter((p) => pool.installed[p] === 1 && distupgrade?.involved[p] !== 1);
  if (best === 0 && pool.multilib) best = bestOfSeveral(pool, keeping);
  if (best === 0) return;
  const allowed = keptArchs(pool, keeping, best);
  for (const p of group) {
    const score = pool.archScore[p]!;
    if (score === NOARCH || sameClass(score, best)) continue;
    const installed = pool.installed[p] === 1;
    if (installed && !pool.multilib) continue;
    if (!installed && allowed.some((other) => pool.arch[other] === pool.arch[p] || isClose(pool, other, p))) continue;
    if (!pool.multilib) {
      rules.add(-p, 0, 0);
      continue;
    }
    const partners = named(pool, name).filter((other) => isPartner(pool, p, other, best));
    if (installed && !partners.some((other) => pool.installed[other] === 1)) continue;
    rules.addLiterals(IntList.from([-p, ...partners]));
  }
}

/** Where nothing but installed packages of several architectures is known: the best score among them. */
function bestOfSeveral(pool: Pool, installed: readonly number[]): number {
  const scored = installed.filter((p) => pool.archScore[p] !== NOARCH);
  if (new Set(scored.map((p) => pool.arch[p])).size < 2) return 0;
  const scores = scored.map((p) => pool.archScore[p]!).filter((score) => score > NOARCH);
  return scores.length === 0 ? 0 : Math.min(...scores);
}

function isClose(pool: Pool, a: number, b: number): boolean {
  return pool.archScore[a] !== 0 && sameClass(pool.archScore[a]!, pool.archScore[b]!);
}

/** Installed packages of architectures that may be kept. */
function keptArchs(pool: Pool, installed: readonly number[], best: number): number[] {
  const kept: number[] = [];
  for (const p of installed) {
    const score = pool.archScore[p]!;
    if (score === NOARCH || sameClass(score, best)) continue;
    const inStep =
      pool.multilib && score !== 0 && named(pool, pool.name[p]!).some((other) => isPartner(pool, p, other, best));
    if (!inStep) kept.push(p);
  }
  return kept;
}

/** Whether `other` is the same version as `p` for the best architecture. */
function isPartner(pool: Pool, p: number, other: number, best: number): boolean {
  if (other === p || pool.evr[other] !== pool.evr[p] || pool.arch[other] === pool.arch[p]) return false;
  const score = pool.archScore[other]!;
  return score === NOARCH || (score !== 0 && sameClass(score, best));
}

/** Packages of a name, ascending. */
function named(pool: Pool, name: number): number[] {
  const { providers } = pool;
  const found: number[] = [];
  for (let i = providers.of(name); providers.data[i] !== 0; i++) {
    if (pool.name[providers.data[i]!] === name) found.push(providers.data[i]!);
  }
  return found;
}
