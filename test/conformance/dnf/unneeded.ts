import { isPossible } from '../../../plugins/solver-sat/src/policy/fulfilled.ts';
import { SYSTEM } from '../../../plugins/solver-sat/src/pool/columns.ts';
import type { Pool } from '../../../plugins/solver-sat/src/pool/pool.ts';

/** Installed packages that none of `wanted` requires, recommends or is supplemented by, over any number of steps (libsolv, solver_get_unneeded). */
export function unneededPackages(pool: Pool, wanted: readonly number[]): number[] {
  const kept = new Uint8Array(pool.count);
  kept[SYSTEM] = 1;
  const queue = [...wanted];
  const keep = (p: number) => {
    if (kept[p] !== 0 || pool.installed[p] === 0) return;
    kept[p] = 1;
    queue.push(p);
  };
  for (const p of wanted) kept[p] = 1;
  do {
    for (let p = queue.pop(); p !== undefined; p = queue.pop()) {
      for (const list of [pool.lists.requires[p]!, pool.lists.recommends[p]!]) {
        for (let i = list; list !== 0 && pool.deps[i] !== 0; i++)
          for (const q of providersOf(pool, pool.deps[i]!)) keep(q);
      }
    }
    for (const p of pool.installedIds) if (kept[p] === 0 && supplements(pool, kept, p)) keep(p);
  } while (queue.length > 0);
  return Array.from(pool.installedIds).filter((p) => kept[p] === 0);
}

function supplements(pool: Pool, kept: Uint8Array, p: number): boolean {
  const list = pool.lists.supplements[p]!;
  for (let i = list; list !== 0 && pool.deps[i] !== 0; i++) if (isPossible(pool, kept, pool.deps[i]!)) return true;
  return false;
}

function providersOf({ providers }: Pool, dep: number): number[] {
  const found: number[] = [];
  for (let i = providers.of(dep); providers.data[i] !== 0; i++) found.push(providers.data[i]!);
  return found;
}
