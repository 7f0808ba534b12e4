import type { Json } from '@ostrata/contract';
import { FIELDS } from './fields.ts';
import type { Fields } from './treefile.ts';

/** Merges an included treefile into the one that includes it; the rules are in {@link FIELDS}. Neither argument is changed. */
export function mergeTreefiles(including: Fields, included: Fields): Fields {
  const merged: { [key: string]: Json } = { ...including };
  for (const [key, theirs] of Object.entries(included)) {
    const mine = including[key];
    switch (FIELDS[key]?.merge) {
      case 'first':
        merged[key] = mine ?? theirs;
        break;
      case 'concat':
        merged[key] = [...items(theirs), ...items(mine)];
        break;
      case 'union':
        merged[key] = sortedSet([...items(theirs), ...items(mine)] as string[]);
        break;
      case 'map':
        merged[key] = sortKeys({ ...(theirs as Fields), ...((mine as Fields | undefined) ?? {}) });
        break;
      case 'package-groups':
        merged[key] = lastOnly([...items(theirs), ...items(mine)] as PackageGroup[]);
        break;
      default:
        break;
    }
  }
  return merged;
}

type PackageGroup = { readonly packages: readonly string[] } & { readonly [key: string]: Json };

/** A package stays only in the last group that names it; groups without packages go. */
export function lastOnly(groups: readonly PackageGroup[]): PackageGroup[] {
  const seen = new Set<string>();
  const kept: PackageGroup[] = [];
  for (const group of groups.toReversed()) {
    const packages = group.packages.filter((name) => !seen.has(name));
    for (const name of packages) seen.add(name);
    if (packages.length > 0) kept.push({ ...group, packages });
  }
  return kept.reverse();
}

/** Without doubles, in code unit order. */
export function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** With keys in code unit order, at every depth: the form in which equal content has equal text. */
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

function items(value: Json | undefined): readonly Json[] {
  return (value as readonly Json[] | undefined) ?? [];
}
