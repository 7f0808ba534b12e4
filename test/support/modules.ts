import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT } from './shared.ts';

/** A source file with what it imports. */
export interface Module {
  /** Relative to the root of the checkout. */
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  /** Specifiers as they are written. */
  readonly imports: readonly string[];
}

/** All TypeScript sources below a folder of the checkout. */
export function modulesBelow(folder: string): Module[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && entry.name.endsWith('.ts') && !/\/(node_modules|dist)(\/|$)/.test(`${entry.parentPath}/`),
    )
    .map((entry) => readModule(relative(ROOT, join(entry.parentPath, entry.name))));
}

/** Where a relative import leads, relative to the root of the checkout; null for packages. */
export function targetOf(module: Module, specifier: string): string | null {
  return specifier.startsWith('.') ? join(dirname(module.path), specifier) : null;
}

/** `@scope/name` or `name` of an import of a package. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function readModule(path: string): Module {
  const code = readFileSync(join(ROOT, path), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1');
  const statements = code.matchAll(
    /^(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|^import\s*'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  const imports = [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return { path, code, imports };
}
