import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { readManifest, workspacesOf } from '../published.ts';

/** A source that something outside of the code asks for: `import` by the name of a package, a thread, or a program. */
export interface Entry {
  /** Relative to the root of the project. */
  readonly source: string;
  /** The file of a published package in whose place it is, below node_modules. */
  readonly file: string;
  /** What it is imported by. */
  readonly specifier?: string;
}

/** How a source names a module that a thread starts with, or that is imported by its URL. */
const MODULE_URL = /new URL\(\s*import\.meta\.url\.endsWith\('\.ts'\)\s*\?\s*'([^']+)'/g;

/** The file of the published package in whose place a source of a workspace is. */
export function publishedFile(root: string, source: string): string {
  const folder = source.slice(0, source.indexOf('/src/'));
  const { name } = readManifest(root, folder);
  return join(name, 'dist', source.slice(`${folder}/src/`.length).replace(/\.ts$/, '.js'));
}

/** Everything of the workspaces that is asked for from outside. */
export function entriesOf(root: string): Entry[] {
  return workspacesOf(root).flatMap((folder) => [...exportsOf(root, folder), ...addressedModules(root, folder)]);
}

function exportsOf(root: string, folder: string): Entry[] {
  const { name, exports } = readManifest(root, folder);
  if (exports === undefined) {
    // The command line: its programs import these, and oclif the help.
    const sources = ['main', 'ostree', 'help'].map((module) => `${folder}/src/${module}.ts`);
    return sources.map((source) => ({ source, file: publishedFile(root, source) }));
  }
  const named = (typeof exports === 'string' ? { '.': exports } : exports) as { readonly [path: string]: string };
  return Object.entries(named).map(([path, target]) => {
    const source = join(folder, target);
    return { source, file: publishedFile(root, source), specifier: join(name, path) };
  });
}

function addressedModules(root: string, folder: string): Entry[] {
  return globSync(`${folder}/src/**/*.ts`, { cwd: root })
    .sort()
    .flatMap((path) =>
      Array.from(readFileSync(join(root, path), 'utf8').matchAll(MODULE_URL), ([, target = '']) => {
        const source = normalize(join(dirname(path), target));
        if (!existsSync(join(root, source))) throw new Error(`${path} names ${target}, which does not exist`);
        return { source, file: publishedFile(root, source) };
      }),
    );
}
