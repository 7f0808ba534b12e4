import type { Settings } from './settings.ts';
import type { Universe } from './universe.ts';

/** Lists of what a pattern names, one for each name that is to be had. */
export function byName(universe: Universe, packages: readonly number[]): number[][] {
  const offered = new Set(packages.filter((p) => !universe.isInstalled(p)).map((p) => universe.name(p)));
  const some = packages.filter((p) => offered.has(universe.name(p)));
  return [...Map.groupBy(some, (p) => universe.name(p)).values()];
}

/** With `multilib_policy` all, each architecture of a name is wanted. */
export function byArch(universe: Universe, settings: Settings, packages: readonly number[]): (readonly number[])[] {
  if (settings.text('multilib_policy') !== 'all') return [packages];
  const arch = (p: number) => universe.packages[p]!.arch;
  return [...Map.groupBy(packages, (p) => universe.name(p)).values()].flatMap((named) => {
    const archs = Map.groupBy(named, arch);
    if (archs.size === 1) return [named];
    const noarch = archs.get('noarch') ?? [];
    return [...archs].filter(([name]) => name !== 'noarch').map(([, list]) => [...list, ...noarch]);
  });
}

/** Of what is not installed only the newest of the best repository counts when obsoleters are looked for. */
export function newestOf(universe: Universe, packages: readonly number[]): readonly number[] {
  if (packages.some((p) => universe.isInstalled(p))) return packages;
  const priority = Math.max(...packages.map((p) => universe.pool.priority(p)));
  const best = packages.filter((p) => universe.pool.priority(p) === priority);
  return best.filter((p) => !best.some((q) => universe.name(q) === universe.name(p) && universe.compare(q, p) > 0));
}
