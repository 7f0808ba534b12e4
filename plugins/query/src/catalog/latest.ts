import type { Catalog } from './catalog.ts';

/**
 * The newest `limit` versions of each name and architecture; with a limit below 0 all but as many of the newest. Packages of the same
 * version count as one.
 */
export function latest(catalog: Catalog, packages: Iterable<number>, limit: number): Set<number> {
  const found = new Set<number>();
  for (const list of Map.groupBy(packages, (p) => `${catalog.name(p)}.${catalog.arch(p)}`).values()) {
    const byVersion = [...Map.groupBy(list, (p) => catalog.evr(p))];
    byVersion.sort(([a], [b]) => catalog.compare(b, a));
    const chosen = limit < 0 ? byVersion.slice(-limit) : byVersion.slice(0, limit);
    for (const [, same] of chosen) for (const p of same) found.add(p);
  }
  return found;
}
