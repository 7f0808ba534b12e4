import type { ReadonlyTree } from '@ostrata/contract';
import { names, readText } from '../modes.ts';
import { linesByPath } from './line.ts';

export const TMPFILES = 'usr/lib/tmpfiles.d';

/** Lines of all `.conf` files in a directory of the tree, by path; `except` names files to leave out. */
export function tmpfilesIn(
  tree: ReadonlyTree,
  directory: string,
  except: readonly string[] = [],
): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const name of names(tree, directory)) {
    if (!name.endsWith('.conf') || except.includes(name)) continue;
    for (const [path, line] of linesByPath(readText(tree, `${directory}/${name}`) ?? '')) all.set(path, line);
  }
  return all;
}
