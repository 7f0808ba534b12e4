import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
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

/** A tree of at least so many files: another one again and again under other prefixes. */
export function repeatedTree(tree: BenchTree, work: string, files: number): BenchTree {
  const path = join(work, 'repeated');
  mkdirSync(path);
  const times = Math.ceil(files / tree.files);
  for (let copy = 0; copy < times; copy++) tool(['cp', '-a', tree.path, join(path, `copy-${copy}`)]);
  return { name: `${Math.round((times * tree.files) / 1000)} 000 files`, path, files: times * tree.files };
}

/** Changes one file in a hundred. */
export function changeTree({ path }: BenchTree): void {
  const files = regularFiles(path);
  for (let at = 0; at < files.length; at += 100) appendFileSync(files[at] as string, `changed ${at}\n`);
}

function regularFiles(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
