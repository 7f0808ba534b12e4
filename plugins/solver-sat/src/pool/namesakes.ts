import type { Pool } from './pool.ts';

/** Packages of the same name, itself included. */
export function namesakes(pool: Pool, p: number): number[] {
  const { providers, name } = pool;
  const found: number[] = [];
  for (let i = providers.of(name[p]!); providers.data[i] !== 0; i++) {
    if (name[providers.data[i]!] === name[p]) found.push(providers.data[i]!);
  }
  return found;
}

/** Whether two packages are the same build. */
export function isIdentical(pool: Pool, a: number, b: number): boolean {
  return (
    pool.name[a] === pool.name[b] &&
    pool.evr[a] === pool.evr[b] &&
    pool.arch[a] === pool.arch[b] &&
    pool.vendor[a] === pool.vendor[b]
  );
}
