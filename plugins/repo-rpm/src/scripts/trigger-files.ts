import type { ReadonlyTree } from '@ostrata/contract';
import { resolvePath } from '../overlay/links.ts';

/**
 * The files that a transaction file trigger is told of: all below its directories, absolute, as the directory was named. Only what lies
 * in /usr and not in /usr/local counts (rpm-ostree, find_and_write_matching_files).
 */
export function triggerFiles(tree: ReadonlyTree, patterns: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const pattern of patterns) {
    if (!pattern.startsWith('usr/') || pattern.startsWith('usr/local')) continue;
    const resolved = resolvePath(tree, pattern, true);
    const entry = resolved === null ? undefined : tree.lookup(resolved);
    if (resolved === null || entry === undefined) continue;
    if (entry.type !== 'directory') found.push(`/${pattern}`);
    else {
      for (const [path, { type }] of tree.walk(resolved)) {
        if (type !== 'directory') found.push(`/${pattern}${path.slice(resolved.length)}`);
      }
    }
  }
  return found;
}
