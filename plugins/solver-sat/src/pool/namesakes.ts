import type { Pool } from './pool.ts';
import { dependencyText } from './text.ts';

/** Packages of the same name, itself included. */
export function namesakes(pool: Pool, p: number): number[] {
  const { providers, name } = pool;
  const found: number[] = [];
  for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
    if (name[providers.data[i]!] === name[p]) found.push(providers.data[i]!);
  }
  return found;
}

/** Whether two packages are the same build, as far as can be told: packages that were built anew often need something else. */
export function isIdentical(pool: Pool, a: number, b: number): boolean {
  return (
    pool.name[a] === pool.name[b] &&
    pool.evr[a] === pool.evr[b] &&
    pool.arch[a] === pool.arch[b] &&
    pool.vendor[a] === pool.vendor[b] &&
    requirementsOf(pool, a) === requirementsOf(pool, b)
  );
}

/** The same text for the same requirements in any order. */
function requirementsOf(pool: Pool, p: number): string {
  const { deps, lists } = pool;
  const found = new Set<string>();
  const start = lists.requires[p]!;
  if (start !== 0) for (let i = start; deps[i] !== 0; i++) found.add(dependencyText(pool, deps[i]!));
  return [...found].sort().join(', ');
}
