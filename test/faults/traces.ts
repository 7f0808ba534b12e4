import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './place.ts';

/**
 * Names of all that is there beside the contents of deployments and of /var, with what differs from run to run made alike: which half is
 * current, serials and random parts. Two systems in the same state have the same names, each as often.
 */
export function tracesOf(place: Place): string[] {
  const found: string[] = [];
  const visit = (root: string, path: string) => {
    for (const name of readdirSync(join(root, path))) {
      const child = path === '' ? name : `${path}/${name}`;
      const isDirectory = lstatSync(join(root, child)).isDirectory();
      found.push(normal(child));
      if (!isDirectory || /^ostree\/deploy\/[^/]+\/(deploy|var)\/[^/]+$/.test(child)) continue;
      // Directories of objects and refs may stay when these go.
      if (isDirectory && /^ostree\/repo\/(objects|refs)\//.test(child)) found.pop();
      if (child !== 'boot' || root !== place.sysroot || place.surroundings !== 'separate boot') visit(root, child);
    }
  };
  visit(place.sysroot, '');
  if (place.surroundings === 'separate boot') visit(place.boot, '');
  visit(place.run, '');
  return found.sort();
}

const normal = (path: string): string =>
  path
    .replace(/\bboot\.[01]\.[01]/, 'boot.B.S')
    .replace(/\b(boot|loader)\.[01]/, '$1.B')
    .replace(/refs\/heads\/ostree\/[01](\/[01])?/, (_, sub) => `refs/heads/ostree/B${sub ? '/S' : ''}`)
    .replace(/([0-9a-f]{64})\.\d+(\.origin)?$/, '$1.N$2');
