import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../support/tools.ts';

export const REF = 'bench';

/** What command lines may name. Repositories other than `repo` stay as they are. */
export interface Places {
  /** The directory to be committed. */
  readonly tree: string;
  /** The repository of the command line. */
  readonly repo: string;
  /** Where nothing is. */
  readonly destination: string;
  /** Repositories with the commit of the tree. */
  readonly bare: string;
  readonly 'bare-user': string;
  readonly archive: string;
  /** The same with a second commit, of the changed tree. */
  readonly bare2: string;
  readonly archive2: string;
  /** A static delta between the two commits. */
  readonly delta: string;
  /** Where `archive` is served. */
  readonly url: string;
}

type Repository = 'bare' | 'bare-user' | 'archive' | 'bare2' | 'archive2';

/** One kind of work: the repository it is done in and the command line of both sides. */
export interface Scenario {
  readonly name: string;
  /** A repository that is only read. */
  readonly reads?: Repository;
  /** A repository that is made anew for each run: empty, or as another one is. */
  readonly repo?: { readonly mode: string; readonly copyOf?: undefined } | { readonly copyOf: Repository };
  /** What is done before the clock starts. */
  prepare?(places: Places): void;
  args(places: Places): readonly string[];
}

const MODES = ['bare', 'bare-user', 'archive'] as const;

const commit = ({ tree }: Places) => ['commit', '-b', REF, `--tree=dir=${tree}`];

const pullLocal = (from: 'bare' | 'archive', mode: string): Scenario => ({
  name: `pull-local ${from} to ${mode}`,
  repo: { mode },
  args: (places) => ['pull-local', places[from], REF],
});

const pullHttp = (mode: string): Scenario => ({
  name: `http pull to ${mode}`,
  repo: { mode },
  prepare: ({ repo, url }) =>
    void tool(['ostree', `--repo=${repo}`, 'remote', 'add', '--no-gpg-verify', 'origin', url]),
  args: () => ['pull', 'origin', REF],
});

export const BEFORE_CHANGE: readonly Scenario[] = [
  ...MODES.map((mode): Scenario => ({ name: `commit to ${mode}`, repo: { mode }, args: commit })),
  {
    name: 'hardlink checkout',
    reads: 'bare',
    args: ({ destination }) => ['checkout', REF, destination],
  },
  {
    name: 'copy checkout',
    reads: 'bare',
    args: ({ destination }) => ['checkout', '-C', REF, destination],
  },
  { name: 'fsck of bare', reads: 'bare', args: () => ['fsck', '-q'] },
  { name: 'fsck of archive', reads: 'archive', args: () => ['fsck', '-q'] },
  pullLocal('bare', 'bare'),
  pullLocal('archive', 'bare'),
  pullHttp('bare'),
  pullHttp('archive'),
  {
    name: 'prune of everything',
    repo: { copyOf: 'bare' },
    prepare: ({ repo }) => rmSync(join(repo, 'refs', 'heads', REF)),
    args: () => ['prune', '--refs-only'],
  },
];

/** These follow a change of one file in a hundred. */
export const AFTER_CHANGE: readonly Scenario[] = [
  ...MODES.map(
    (mode): Scenario => ({ name: `recommit to ${mode}, 1 % changed`, repo: { copyOf: mode }, args: commit }),
  ),
  {
    name: 'prune of one commit of two',
    repo: { copyOf: 'bare2' },
    args: () => ['prune', '--refs-only', '--depth=0'],
  },
  {
    name: 'delta generate',
    reads: 'archive2',
    prepare: ({ repo }) => rmSync(join(repo, 'deltas'), { recursive: true, force: true }),
    args: () => ['static-delta', 'generate', REF],
  },
  {
    name: 'delta apply',
    repo: { copyOf: 'bare' },
    args: ({ delta }) => ['static-delta', 'apply-offline', delta],
  },
];
