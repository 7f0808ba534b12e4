import type { Context } from '@ostrata/contract';
import { globToRegExp, isGlob } from '@ostrata/package-spec';
import type { Catalog } from './catalog.ts';

/** Whether the primary metadata lists a path (createrepo_c: `/etc`, `bin` directories and one more). */
function isInPrimary(path: string): boolean {
  return path.startsWith('/etc/') || path.includes('bin/') || path === '/usr/lib/sendmail';
}

/** Makes file lists complete where one of these paths, or patterns, may not be known otherwise. */
export async function loadFileLists(catalog: Catalog, paths: readonly string[], ctx: Context): Promise<void> {
  if (paths.every((path) => isInPrimary(path) && !isGlob(path))) return;
  await Promise.all(catalog.tables.filter((table) => !table.filesComplete).map((table) => table.loadFiles(ctx)));
}

/** Packages that have one of these paths, or one that fits a pattern, as far as file lists were loaded. */
export function ownersOfPaths(catalog: Catalog, paths: readonly string[]): Set<number> {
  const plain = paths.filter((path) => !isGlob(path));
  const globs = paths.filter(isGlob).map(globToRegExp);
  const found = new Set([...catalog.owners(plain).values()].flat());
  if (globs.length > 0) {
    for (let p = 0; p < catalog.count; p++) {
      if (!found.has(p) && catalog.files(p).some((path) => globs.some((glob) => glob.test(path)))) found.add(p);
    }
  }
  return found;
}
