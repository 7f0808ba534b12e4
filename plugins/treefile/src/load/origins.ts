import { entryOf, type Node } from '../codec/node.ts';
import { LEGACY_NAMES } from '../model/fields.ts';
import { splitPackages } from '../model/packages.ts';

/** From a field name, `packages/NAME` or `repo-packages/REPO/NAME` to `file:line`. */
export type Origins = ReadonlyMap<string, string>;

/** Where the fields and packages of one file stand. */
export function originsOf(root: Node, file: string, basearch: string): Origins {
  const origins = new Map<string, string>();
  const packages = (list: Node | undefined, prefix: string): void => {
    for (const item of list?.kind === 'list' ? list.items : []) {
      if (item.kind !== 'scalar' || typeof item.value !== 'string') continue;
      for (const name of splitPackages(item.value) ?? []) origins.set(`${prefix}/${name}`, `${file}:${item.at.line}`);
    }
  };
  for (const { key, keyAt, value } of root.kind === 'map' ? root.entries : []) {
    const field = LEGACY_NAMES[key] ?? key;
    origins.set(field, `${file}:${keyAt.line}`);
    if (field === 'packages' || field === 'bootstrap-packages' || field === `packages-${basearch}`) {
      packages(value, 'packages');
    } else if (field === 'repo-packages' && value.kind === 'list') {
      for (const group of value.items) {
        const repo = entryOf(group, 'repo')?.value;
        const id = repo?.kind === 'scalar' ? String(repo.value) : '';
        packages(entryOf(group, 'packages')?.value, `repo-packages/${id}`);
      }
    }
  }
  return origins;
}
