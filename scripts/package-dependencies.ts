import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockEntry {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: { readonly [name: string]: string };
  readonly optionalDependencies?: { readonly [name: string]: string };
}

/** A package from the registry that has to be installed. */
export interface InstalledPackage {
  /** As in the lock file: `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
}

/** Libraries for other runtimes and of types alone, which Node never loads. */
const NEVER_LOADED = /^(?:bare-.*|@types\/.*|type-fest|undici-types)$/;

/**
 * What a workspace needs at run time, as the lock file has it: what `npm ci --omit=dev` would install, without asking anybody. Optional packages
 * of other platforms are not installed and so not among them.
 */
export function productionDependencies(root: string, workspace: string): InstalledPackage[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: { readonly [path: string]: LockEntry };
  };
  const found = new Map<string, InstalledPackage>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const entry = packages[path];
    if (entry === undefined || seen.has(path)) return;
    seen.add(path);
    if (entry.link === true) {
      visit(entry.resolved ?? '');
      return;
    }
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (path.startsWith('node_modules/')) {
      if (NEVER_LOADED.test(name) || !existsSync(join(root, path))) return;
      found.set(path, { path, name, version: entry.version ?? '' });
    }
    for (const needed of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
      const at = resolveFrom(path, needed, packages);
      if (at !== undefined) visit(at);
    }
  };
  visit(workspace);
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where Node would find a package: in the nearest `node_modules` going up. */
function resolveFrom(from: string, name: string, packages: { readonly [path: string]: unknown }): string | undefined {
  for (let directory = from; ; ) {
    const candidate = join(directory, 'node_modules', name);
    if (candidate in packages) return candidate;
    if (directory === '') return undefined;
    const up = directory.lastIndexOf('/node_modules/');
    directory = up >= 0 ? directory.slice(0, up) : '';
  }
}
