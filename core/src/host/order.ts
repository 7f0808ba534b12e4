import type { Plugin } from '@ostrata/contract';
import { coreError } from '../errors.ts';

/**
 * The order in which plugins are applied and their taps run: the given order, except that a plugin comes after the loaded ones it
 * names in `after`. Throws PLUGIN_ORDER_CYCLE, naming the circle.
 */
export function orderPlugins<T extends { readonly plugin: Plugin }>(entries: readonly T[]): T[] {
  const byName = new Map(entries.map((entry) => [entry.plugin.name, entry]));
  const ordered = new Set<T>();
  const path: string[] = [];

  const visit = (entry: T): void => {
    if (ordered.has(entry)) return;
    const { name, after = [] } = entry.plugin;
    const start = path.indexOf(name);
    if (start >= 0) {
      const cycle = [...path.slice(start), name];
      throw coreError(
        'PLUGIN_ORDER_CYCLE',
        `Plugins ask to come after each other in a circle: ${cycle.join(' after ')}.`,
        {
          hint: 'Remove one of these plugins, or correct the `after` of one.',
          data: { cycle },
        },
      );
    }
    path.push(name);
    for (const earlier of after) {
      const other = byName.get(earlier);
      if (other !== undefined) visit(other);
    }
    path.pop();
    ordered.add(entry);
  };

  for (const entry of entries) visit(entry);
  return [...ordered];
}
