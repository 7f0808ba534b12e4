import { sameClass } from '../pool/arch.ts';
import { matchesPackage } from '../pool/match.ts';
import type { Pool } from '../pool/pool.ts';
import type { UpdatePolicy } from './policies.ts';

/** Whether replacing `from` by `to` is more than the policy allows. */
export function isIllegalUpdate(pool: Pool, from: number, to: number, policy: UpdatePolicy): boolean {
  if (!policy.downgrade && pool.name[from] === pool.name[to] && pool.compareVersions(from, to) > 0) return true;
  if (!policy.nameChange && pool.name[from] !== pool.name[to]) return true;
  return changesOrigin(pool, from, to, policy);
}

/** Whether architecture or vendor change although the policy forbids it. */
function changesOrigin(pool: Pool, from: number, to: number, policy: UpdatePolicy): boolean {
  if (!policy.vendorChange && pool.vendor[from] !== pool.vendor[to]) return true;
  return !policy.archChange && changesArch(pool, from, to);
}

function changesArch(pool: Pool, from: number, to: number): boolean {
  const a = pool.archScore[from]!;
  const b = pool.archScore[to]!;
  return pool.arch[from] !== pool.arch[to] && a !== 1 && b !== 1 && !sameClass(a, b);
}

/** Packages that can replace an installed one: of the same name, or with another name and an "obsoletes" that fits. */
export function updatesOf(pool: Pool, p: number, policy: UpdatePolicy, obsoleters: ObsoleterIndex): number[] {
  const { providers, name } = pool;
  const found: number[] = [];
  let renamed = false;
  for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
    const other = providers.data[i]!;
    if (other === p || !pool.sameColor(p, other)) continue;
    if (name[other] !== name[p]) {
      if (!obsoletes(pool, other, p)) continue;
      renamed = true;
    }
    if (!isIllegalUpdate(pool, p, other, policy)) found.push(other);
  }
  if (renamed || !policy.nameChange) return found;
  for (const other of obsoleters.of(p)) {
    if (pool.sameColor(p, other) && !changesOrigin(pool, p, other, policy)) found.push(other);
  }
  return found;
}

/** Whether a package says that it obsoletes another one. */
export function obsoletes(pool: Pool, p: number, other: number): boolean {
  const { deps, lists } = pool;
  const start = lists.obsoletes[p]!;
  if (start === 0) return false;
  for (let i = start; deps[i] !== 0; i++) if (matchesPackage(pool, other, deps[i]!)) return true;
  return false;
}

/** Packages that a package obsoletes, its own older versions included. */
export function obsoletedBy(pool: Pool, p: number): number[] {
  const { deps, lists, providers } = pool;
  const found: number[] = [];
  const start = lists.obsoletes[p]!;
  for (let i = start; start !== 0 && deps[i] !== 0; i++) {
    for (let j = providers.of(deps[i]!); providers.data[j] !== 0; j++) {
      if (matchesPackage(pool, providers.data[j]!, deps[i]!)) found.push(providers.data[j]!);
    }
  }
  return found;
}

/** For each installed package the packages of other names that obsolete it. */
export class ObsoleterIndex {
  readonly #lists = new Map<number, number[]>();

  constructor(pool: Pool) {
    if (pool.installedIds.length === 0) return;
    const { deps, lists, providers, installed, name } = pool;
    for (let p = 2; p < pool.count; p++) {
      const start = lists.obsoletes[p]!;
      if (start === 0 || !pool.installable(p)) continue;
      for (let i = start; deps[i] !== 0; i++) {
        for (let j = providers.of(deps[i]!); providers.data[j] !== 0; j++) {
          const other = providers.data[j]!;
          if (installed[other] === 0 || name[other] === name[p] || !matchesPackage(pool, other, deps[i]!)) continue;
          const list = this.#lists.get(other) ?? [];
          if (list[list.length - 1] !== p) list.push(p);
          this.#lists.set(other, list);
        }
      }
    }
  }

  of(p: number): readonly number[] {
    return this.#lists.get(p) ?? [];
  }
}
