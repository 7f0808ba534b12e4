import type { PackageGroup, PackageTable } from '@ostrata/core';

/** A group as all sources together describe it. */
export interface MergedGroup {
  readonly id: string;
  /** Packages to install, in the sources' order. */
  readonly packages: readonly string[];
  /** Packages to install when another one is. */
  readonly conditional: readonly { readonly name: string; readonly requires: string }[];
}

/** Finds a group by id, or else by its name; members of several sources' groups of that id add up. Null when there is none. */
export function findGroup(tables: readonly PackageTable[], wanted: string): MergedGroup | null {
  const groups = tables.flatMap((table) => table.groups);
  const found = groups.filter((group) => group.id === wanted);
  const named = found.length > 0 ? found : groups.filter((group) => group.name === wanted);
  const first = named[0];
  return first === undefined ? null : merge(first.id, named);
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
