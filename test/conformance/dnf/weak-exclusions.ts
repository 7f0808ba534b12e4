import { isComparison } from '../../../plugins/solver-sat/src/pool/relations.ts';
import type { Universe } from './universe.ts';

/**
 * What was left out as a recommendation before does not come now (dnf's `exclude_from_weak_autodetect`): providers of recommendations of
 * installed packages that no installed package provides, and what supplements installed packages. Rich dependencies are not looked at.
 */
export function leftOutBefore(universe: Universe): number[] {
  const { pool } = universe;
  const installed = universe.all.filter((p) => universe.isInstalled(p));
  const found = new Set<number>();
  const offered = universe.visible.filter((p) => !universe.isInstalled(p));
  const provides = (p: number, name: string) =>
    universe.name(p) === name || universe.packages[p]!.relations.provides.some((relation) => relation.name === name);
  for (const p of installed) {
    for (const { name } of universe.packages[p]!.relations.recommends) {
      if (name.startsWith('(') || installed.some((q) => provides(q, name))) continue;
      for (const q of offered) if (provides(q, name)) found.add(q);
    }
  }
  const names = new Set(installed.map((p) => pool.name[p]));
  for (const p of offered) {
    if (names.has(pool.name[p])) continue;
    if (supplementsInstalled(universe, p)) found.add(p);
  }
  return [...found];
}

function supplementsInstalled({ pool }: Universe, p: number): boolean {
  const { deps, lists, providers, relations } = pool;
  for (let i = lists.supplements[p]!; i !== 0 && deps[i] !== 0; i++) {
    const dep = deps[i]!;
    if (dep < 0 && !isComparison(relations.operator(dep))) continue;
    for (let j = providers.of(dep); providers.data[j] !== 0; j++)
      if (pool.installed[providers.data[j]!] === 1) return true;
  }
  return false;
}
