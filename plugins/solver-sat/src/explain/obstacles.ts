import type { Pool } from '../pool/pool.ts';
import { hiddenProviders } from './hidden.ts';

/** What keeps a package from being used, in words, and what somebody can do about it. */
export interface Obstacle {
  readonly text: string;
  /** A sentence without its full stop. */
  readonly remedy: string;
}

/** A package that would do but must not be used. */
export interface Unusable {
  /** `name-evr.arch`. */
  readonly package: string;
  readonly obstacle: Obstacle;
}

/** Everything that keeps packages from being used. */
export interface Obstacles {
  /** By the pool's marks of excluded packages. */
  readonly excluded: readonly Obstacle[];
  /** Packages that fit a dependency and that sources leave out: the pool does not know them. */
  leftOut(pool: Pool, dependency: number): readonly Unusable[];
}

export const NO_OBSTACLES: Obstacles = { excluded: [], leftOut: () => [] };

/** Why a package of the pool cannot be installed. */
export function obstacleOf(pool: Pool, p: number, { excluded }: Obstacles): Obstacle {
  const own = pool.archs.arch;
  if (pool.archScore[p] === 0) {
    const text = `it is for ${pool.strings.text(pool.arch[p]!)}, not ${own}`;
    return { text, remedy: `Add a package source that has it for ${own}` };
  }
  const source = pool.repos[pool.repo[p]!]!.id;
  const known = excluded[pool.excluded[p]!];
  return known === undefined || known.text === ''
    ? { text: `it comes from source ${source}`, remedy: `Ask for it without naming a source, or from source ${source}` }
    : known;
}

/** All packages that fit a dependency and cannot be used. */
export function unusableFor(pool: Pool, dependency: number, obstacles: Obstacles): Unusable[] {
  return [
    ...hiddenProviders(pool, dependency).map((p) => ({
      package: pool.text(p),
      obstacle: obstacleOf(pool, p, obstacles),
    })),
    ...obstacles.leftOut(pool, dependency),
  ];
}

/** What can be done about several packages, each thing once; empty for none. */
export function remediesOf(unusable: readonly Unusable[]): string {
  const all = [...new Set(unusable.map(({ obstacle }) => obstacle.remedy))];
  return all
    .slice(0, 3)
    .map((remedy, i) => (i === 0 ? remedy : `${remedy[0]!.toLowerCase()}${remedy.slice(1)}`))
    .join(', or ');
}

export function unusableData(unusable: readonly Unusable[]): { readonly package: string; readonly reason: string }[] {
  return unusable.map((entry) => ({ package: entry.package, reason: entry.obstacle.text }));
}
