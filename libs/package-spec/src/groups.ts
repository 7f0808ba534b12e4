import type { PackageGroup, PackageTable } from '@ostrata/contract';
import { nameMatcher } from './glob.ts';

/** A group as all sources together describe it. */
export interface MergedGroup {
  readonly id: string;
  /** Packages to install, in the sources' order. */
  readonly packages: readonly string[];
  /** Packages to install when another one is. */
  readonly conditional: readonly { readonly name: string; readonly requires: string }[];
}

/**
 * Finds groups and environments by id, or else by name, or else by a pattern for either in any case, as dnf does; what several sources
 * say of one adds up, and environments find their groups in all of them. Null when there is none.
 */
export function findGroup(tables: readonly PackageTable[], wanted: string): MergedGroup | null {
  const groups = tables.flatMap((table) => table.groups);
  const matches = nameMatcher(wanted.toLowerCase());
  const found =
    filled(groups.filter(({ id }) => id === wanted)) ??
    filled(groups.filter(({ name }) => name === wanted)) ??
    groups.filter(({ id, name }) => matches(id.toLowerCase()) || matches(name.toLowerCase()));
  const first = found[0];
  if (first === undefined) return null;
  const members = new Set(found.flatMap(({ environment }) => environment?.groups ?? []));
  const parts = groups.filter((group) => group.environment === undefined && members.has(group.id));
  return merge(first.id, [...found, ...parts]);
}

function filled<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null;
}

function merge(id: string, groups: readonly PackageGroup[]): MergedGroup {
  const packages = new Set<string>();
  const conditional = new Map<string, string>();
  for (const member of groups.flatMap((group) => group.packages)) {
    if (member.type === 'mandatory' || member.type === 'default') packages.add(member.name);
    else if (member.type === 'conditional' && member.requires !== undefined)
      conditional.set(member.name, member.requires);
  }
  return {
    id,
    packages: [...packages],
    conditional: [...conditional].map(([name, requires]) => ({ name, requires })),
  };
}
