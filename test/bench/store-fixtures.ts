import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../support/tools.ts';
import { changedTree, composedTree, repeatedTree } from './store-trees.ts';

export const REF = 'bench';

/** Both trees that rows are measured on: of a compose, and of a hundred thousand files. */
export type TreeName = 'small' | 'large';

const LARGE_FILES = 100_000;

/** Repositories: with the commit of the tree in each mode, and two with a second commit, of the changed tree. */
export const MODES = ['bare', 'bare-user', 'archive'] as const;
export type FixtureRepository = (typeof MODES)[number] | 'bare2' | 'archive2';

/**
 * What rows are measured on, made by `ostree` when somebody asks for it, in a directory that may have it from an earlier run: what is
 * there is complete.
 */
export class Fixtures {
  readonly #work: string;
  readonly #name: TreeName;

  constructor(work: string, name: TreeName) {
    this.#work = work;
    this.#name = name;
    mkdirSync(join(work, name), { recursive: true });
  }

  /** The directory to be committed. */
  get tree(): string {
    return this.#made('tree', (path) => {
      if (this.#name === 'small') return composedTree(this.#work, path);
      repeatedTree(new Fixtures(this.#work, 'small').tree, path, LARGE_FILES);
    });
  }

  /** The same after a change of one file in a hundred. */
  get changed(): string {
    return this.#made('changed', (path) => changedTree(this.tree, path));
  }

  repository(name: FixtureRepository): string {
    return this.#made(name, (path) => {
      if (name === 'bare2' || name === 'archive2') {
        tool(['cp', '-al', this.repository(name.slice(0, -1) as FixtureRepository), path]);
        return commitTree(path, this.changed);
      }
      tool(['ostree', `--repo=${path}`, 'init', `--mode=${name}`]);
      commitTree(path, this.tree);
    });
  }

  /** The directory of a static delta between the two commits. */
  get delta(): string {
    const repo = this.#made('delta', (path) => {
      tool(['cp', '-al', this.repository('archive2'), path]);
      tool(['ostree', `--repo=${path}`, 'static-delta', 'generate', REF]);
    });
    const found = tool(['find', join(repo, 'deltas'), '-name', 'superblock', '-printf', '%P']);
    const [prefix, name] = found.split('/') as [string, string];
    return join(repo, 'deltas', prefix, name);
  }

  #made(name: string, make: (path: string) => void): string {
    const path = join(this.#work, this.#name, name);
    if (existsSync(path)) return path;
    const unfinished = `${path}.unfinished`;
    tool(['rm', '-rf', unfinished]);
    make(unfinished);
    renameSync(unfinished, path);
    return path;
  }
}

/** The same commit in every repository: a delta is made in one and applied in another. */
const commitTree = (repo: string, tree: string): void =>
  void tool(['ostree', `--repo=${repo}`, 'commit', '-b', REF, '--timestamp=2024-01-01 UTC', `--tree=dir=${tree}`]);
