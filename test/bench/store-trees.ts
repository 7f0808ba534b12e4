import { appendFileSync, chownSync, lchownSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { baseRepository } from '../support/base-repository.ts';
import { OSTRATA } from '../support/cli.ts';
import { writeManifest } from '../support/manifest.ts';
import { tool } from '../support/tools.ts';

/** The tree of a compose of the base repository at `path`, as a directory with copies of its files. `work` is for what it is made with. */
export function composedTree(work: string, path: string): void {
  const base = baseRepository();
  const folder = join(work, 'compose');
  tool(['rm', '-rf', folder]);
  mkdirSync(folder);
  const repo = join(folder, 'repo');
  tool(['ostree', `--repo=${repo}`, 'init', '--mode=bare']);
  const manifest = writeManifest(folder, base.directory, base.packages);
  const cache = join(folder, 'cache');
  tool([process.execPath, OSTRATA, 'compose', 'tree', '-q', '--repo', repo, '--cachedir', cache, manifest]);
  tool(['ostree', `--repo=${repo}`, 'checkout', '-C', 'test/base', path]);
  tool(['rm', '-rf', folder]);
}

/** Larger files are in the first copy only: nine tenths of the bytes are in a fiftieth of the files. */
const LARGE = 256 * 1024;

/**
 * A tree of at least so many files at `path`: another one again and again under other prefixes, each time with another owner, as the
 * objects of files that are alike would be one object.
 */
export function repeatedTree(tree: string, path: string, files: number): void {
  mkdirSync(path);
  let count = 0;
  for (let copy = 0; count < files; copy++) {
    const folder = join(path, `copy-${copy}`);
    tool(['cp', '-a', tree, folder]);
    if (copy > 0) {
      for (const file of regularFiles(folder)) if (statSync(file).size > LARGE) rmSync(file);
      own(folder, copy);
    }
    count += regularFiles(folder).length;
  }
}

/** The same tree at `path` with one file in a hundred changed; the others are hard links. */
export function changedTree(tree: string, path: string): void {
  tool(['cp', '-al', tree, path]);
  const files = regularFiles(path);
  for (let at = 0; at < files.length; at += 100) {
    const file = files[at] as string;
    tool(['cp', '-a', file, `${file}.changed`]);
    appendFileSync(`${file}.changed`, `changed ${at}\n`);
    renameSync(`${file}.changed`, file);
  }
}

function own(path: string, uid: number): void {
  chownSync(path, uid, 0);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) own(join(path, entry.name), uid);
    else lchownSync(join(path, entry.name), uid, 0);
  }
}

/** Not by `recursive` of readdir, which goes through symbolic links and so out of the tree. */
function regularFiles(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return regularFiles(join(path, entry.name));
      return entry.isFile() ? [join(path, entry.name)] : [];
    });
}
