import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../support/tools.ts';
import { type FixtureRepository, type Fixtures, MODES, REF } from './store-fixtures.ts';

/** What command lines may name. What comes from `fixtures` stays as it is. */
export interface Places {
  readonly fixtures: Fixtures;
  /** The repository of the command line. */
  readonly repo: string;
  /** Where nothing is. */
  readonly destination: string;
  /** Where the archive is served; '' for rows that do not say so. */
  readonly url: string;
}

/** One kind of work: the repository it is done in and the command line of both sides. */
export interface Scenario {
  readonly name: string;
  /** A repository that is only read. */
  readonly reads?: FixtureRepository;
  /** A repository that is made anew for each run: empty, or as another one is. */
  readonly repo?: { readonly mode: string; readonly copyOf?: undefined } | { readonly copyOf: FixtureRepository };
  /** Whether the archive is served meanwhile. */
  readonly served?: boolean;
  /** What is done before the clock starts. */
  prepare?(places: Places): void;
  args(places: Places): readonly string[];
}

const commit = (tree: string): string[] => ['commit', '-b', REF, `--tree=dir=${tree}`];

const pullLocal = (from: 'bare' | 'archive', mode: string): Scenario => ({
  name: `pull-local ${from} to ${mode}`,
  repo: { mode },
  args: ({ fixtures }) => ['pull-local', fixtures.repository(from), REF],
});

const pullHttp = (mode: string): Scenario => ({
  name: `http pull to ${mode}`,
  repo: { mode },
  served: true,
  prepare: ({ repo, url }) =>
    void tool(['ostree', `--repo=${repo}`, 'remote', 'add', '--no-gpg-verify', 'origin', url]),
  args: () => ['pull', 'origin', REF],
});

/** The rows; those of a recommit, of deltas and of pruning one commit follow a change of one file in a hundred. */
export const SCENARIOS: readonly Scenario[] = [
  ...MODES.map(
    (mode): Scenario => ({
      name: `commit to ${mode}`,
      repo: { mode },
      args: ({ fixtures }) => commit(fixtures.tree),
    }),
  ),
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
  ...MODES.map(
    (mode): Scenario => ({
      name: `recommit to ${mode}, 1 % changed`,
      repo: { copyOf: mode },
      args: ({ fixtures }) => commit(fixtures.changed),
    }),
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
    args: ({ fixtures }) => ['static-delta', 'apply-offline', fixtures.delta],
  },
];
