import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Context, Tree } from '@ostrata/core';

/** Writes a tree into a new directory below the run's temporary one; removed when the run ends. */
export function writeTemporary(tree: Tree, ctx: Context): string {
  const root = mkdtempSync(join(ctx.environment.tempDir, 'root-'));
  ctx.defer(`removing ${root}`, () => rmSync(root, { recursive: true, force: true }));
  writeDirectory(tree, root);
  return root;
}

/** Writes a tree into an empty directory, as the invoking user. */
export function writeDirectory(tree: Tree, root: string): void {
  for (const [path, entry] of tree.walk()) {
    const file = join(root, path);
    if (entry.type === 'directory') mkdirSync(file);
    else if (entry.type === 'symlink') symlinkSync(entry.target, file);
    else writeFileSync(file, tree.readFile(path));
    if (entry.type !== 'symlink') chmodSync(file, (entry.mode & 0o7777) | 0o600);
  }
}

/** Takes a directory's state over into a tree: owners and attributes of what was there stay. Returns the changed paths. */
export function absorbDirectory(tree: Tree, root: string): string[] {
  const changed: string[] = [];
  for (const [path, entry] of [...tree.walk()]) {
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
    const gone = stat === undefined || typeOf(stat) !== entry.type;
    if (gone && tree.lookup(path) !== undefined) {
      tree.remove(path);
      changed.push(path);
    }
  }
  absorbBelow(tree, root, '', changed);
  return [...new Set(changed)].sort();
}

function absorbBelow(tree: Tree, root: string, path: string, changed: string[]): void {
  for (const name of readdirSync(join(root, path)).sort()) {
    const below = path === '' ? name : `${path}/${name}`;
    const file = join(root, below);
    const stat = lstatSync(file);
    const before = tree.lookup(below);
    const oldMode = before === undefined ? null : (before.mode & 0o7777) | 0o600;
    const mode = stat.mode & 0o7777;
    const meta = mode === oldMode ? {} : { mode };
    if (stat.isSymbolicLink()) {
      const target = readlinkSync(file);
      if (before?.type === 'symlink' && before.target === target) continue;
      tree.symlink(below, target);
    } else if (stat.isDirectory()) {
      absorbBelowDirectory(tree, below, before === undefined || mode !== oldMode, meta, changed);
      absorbBelow(tree, root, below, changed);
      continue;
    } else {
      const content = readFileSync(file);
      const same = before?.type === 'file' && Buffer.compare(content, tree.readFile(below)) === 0;
      if (same && mode === oldMode) continue;
      tree.writeFile(below, content, meta);
    }
    changed.push(below);
  }
}

function absorbBelowDirectory(
  tree: Tree,
  path: string,
  isChanged: boolean,
  meta: { mode?: number },
  changed: string[],
): void {
  if (!isChanged) return;
  tree.mkdir(path, meta);
  changed.push(path);
}

function typeOf(stat: { isDirectory(): boolean; isSymbolicLink(): boolean }): 'directory' | 'symlink' | 'file' {
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : 'file';
}
