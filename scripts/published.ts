import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Manifest {
  readonly name: string;
  exports?: unknown;
  oclif?: { helpClass: string };
}

const WORKSPACES = ['contract', 'core', 'bin', 'libs/*', 'plugins/*'];

/** Folders of the packages that run; what tests are written with is not among them. */
export function workspacesOf(root: string): string[] {
  const manifests = globSync(
    WORKSPACES.map((folder) => `${folder}/package.json`),
    { cwd: root },
  );
  return manifests.map(dirname).sort();
}

export function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/** The manifest of a package as it is published: it names what was made of the sources. */
export function publishedManifest(root: string, folder: string): Manifest {
  const manifest = readManifest(root, folder);
  if (manifest.exports !== undefined) manifest.exports = published(manifest.exports);
  if (manifest.oclif !== undefined) manifest.oclif.helpClass = asPublished(manifest.oclif.helpClass);
  return manifest;
}

/** Points every entry of `exports` at what is published. */
function published(entry: unknown): unknown {
  if (typeof entry === 'string') {
    const file = asPublished(entry);
    return { types: file.replace(/\.js$/, '.d.ts'), default: file };
  }
  return Object.fromEntries(Object.entries(entry as object).map(([key, value]) => [key, published(value)]));
}

function asPublished(path: string): string {
  return path.replace('./src/', './dist/').replace(/\.ts$/, '.js');
}
