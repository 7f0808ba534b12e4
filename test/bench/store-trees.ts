import { appendFileSync, chownSync, lchownSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { baseRepository } from '../support/base-repository.ts';
import { OSTRATA } from '../support/cli.ts';
import { writeManifest } from '../support/manifest.ts';
import { tool } from '../support/tools.ts';

/** A directory to be committed. */
export interface BenchTree {
  readonly name: string;
  readonly path: string;
  readonly files: number;
}

/** The tree of a compose of the base repository, as a directory with copies of its files. */
export function composedTree(work: string): BenchTree {
  const base = baseRepository();
  const folder = join(work, 'compose');
  mkdirSync(folder);
  const repo = join(folder, 'repo');
  tool(['ostree', `--repo=${repo}`, 'init', '--mode=bare']);
  const manifest = writeManifest(folder, base.directory, base.packages);
  const cache = join(folder, 'cache');
  tool([process.execPath, OSTRATA, 'compose', 'tree', '-q', '--repo', repo, '--cachedir', cache, manifest]);
  const path = join(work, 'composed');
  tool(['ostree', `--repo=${repo}`, 'checkout', '-C', 'test/base', path]);
  tool(['rm', '-rf', folder]);
  return { name: 'compose', path, files: regularFiles(path).length };
}

/** Larger files are in the first copy only: nine tenths of the bytes are in a fiftieth of the files. */
const LARGE = 256 * 1024;

/**
 * A tree of at least so many files: another one again and again under other prefixes, each time with another owner, as the objects of
 * files that are alike would be one object.
 */
export function repeatedTree(tree: BenchTree, work: string, files: number): BenchTree {
  const path = join(work, 'repeated');
  mkdirSync(path);
  let count = 0;
  for (let copy = 0; count < files; copy++) {
    const folder = join(path, `copy-${copy}`);
    tool(['cp', '-a', tree.path, folder]);
    if (copy > 0) {
      for (const file of regularFiles(folder)) if (statSync(file).size > LARGE) rmSync(file);
      own(folder, copy);
    }
    count += regularFiles(folder).length;
  }
  return { name: `${Math.floor(count / 1000)} 000 files`, path, files: count };
}

/** Changes one file in a hundred. */
export function changeTree({ path }: BenchTree): void {
  const files = regularFiles(path);
  for (let at = 0; at < files.length; at += 100) appendFileSync(files[at] as string, `changed ${at}\n`);
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
