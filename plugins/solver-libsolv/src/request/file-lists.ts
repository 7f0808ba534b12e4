import type { PackageTable } from '@ostrata/contract';

/** Paths that primary metadata lists for every package (createrepo_c, `cr_is_primary`). */
const PRIMARY = /^(?:\/etc\/|\/usr\/lib\/sendmail$|.*bin\/)/;

export function isPrimaryPath(path: string): boolean {
  return PRIMARY.test(path);
}

/** Paths that a package's dependencies name. */
export function dependencyPaths(table: PackageTable, index: number): string[] {
  const kinds = ['requires', 'conflicts', 'recommends', 'supplements'] as const;
  return kinds.flatMap((kind) =>
    table.relations(index, kind).flatMap(({ name }) => {
      if (name.startsWith('/')) return [name];
      return name.startsWith('(') ? [...name.matchAll(/(?<=[ (])\/[^ )]+/g)].map(([path]) => path) : [];
    }),
  );
}
