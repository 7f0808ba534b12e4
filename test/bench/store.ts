import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/shared.ts';
import { tool } from '../support/tools.ts';
import { measure } from './measure.ts';
import { type Row, rowOf, type Sample } from './rows.ts';
import { type BenchTree, changeTree, composedTree, repeatedTree } from './store-trees.ts';

const REF = 'bench';
const MANY = 100_000;

/** One kind of work: what has to be there before it, and the command lines of both sides. */
interface Scenario {
  readonly name: string;
  /** A repository of this mode is made anew before each run, with the commit of the tree in it or empty. */
  readonly repo?: { readonly mode: string; readonly filled: boolean; readonly unreferenced?: boolean };
  /** What else is read or made: `repo` is the new repository or, without one, that of mode bare with the commit. */
  ours(places: Places): readonly string[];
  peer(places: Places): readonly string[];
}

interface Places {
  readonly tree: string;
  readonly repo: string;
  /** Where nothing is. */
  readonly destination: string;
  /** Repositories with the commit, which stay as they are. */
  readonly bare: string;
  readonly archive: string;
}

const commit = (mode: string, filled: boolean): Pick<Scenario, 'repo' | 'ours' | 'peer'> => ({
  repo: { mode, filled },
  ours: ({ repo, tree }) => ['commit', repo, REF, tree],
  peer: ({ repo, tree }) => [`--repo=${repo}`, 'commit', '-b', REF, `--tree=dir=${tree}`],
});

const pull = (from: 'bare' | 'archive', mode: string): Scenario => ({
  name: `pull-local ${from} to ${mode}`,
  repo: { mode, filled: false },
  ours: (places) => ['pull', places.repo, places[from], REF],
  peer: (places) => [`--repo=${places.repo}`, 'pull-local', places[from], REF],
});

const SCENARIOS: readonly Scenario[] = [
  ...['bare', 'bare-user', 'archive'].map((mode) => ({ name: `commit to ${mode}`, ...commit(mode, false) })),
  {
    name: 'hardlink checkout',
    ours: ({ repo, destination }) => ['checkout', repo, REF, destination],
    peer: ({ repo, destination }) => [`--repo=${repo}`, 'checkout', REF, destination],
  },
  {
    name: 'copy checkout',
    ours: ({ repo, destination }) => ['checkout-copy', repo, REF, destination],
    peer: ({ repo, destination }) => [`--repo=${repo}`, 'checkout', '-C', REF, destination],
  },
  {
    name: 'fsck of bare',
    ours: ({ bare }) => ['fsck', bare],
    peer: ({ bare }) => [`--repo=${bare}`, 'fsck', '-q'],
  },
  {
    name: 'fsck of archive',
    ours: ({ archive }) => ['fsck', archive],
    peer: ({ archive }) => [`--repo=${archive}`, 'fsck', '-q'],
  },
  pull('bare', 'bare'),
  pull('archive', 'bare'),
  pull('bare', 'archive'),
  {
    name: 'prune',
    repo: { mode: 'bare', filled: true, unreferenced: true },
    ours: ({ repo }) => ['prune', repo],
    peer: ({ repo }) => [`--repo=${repo}`, 'prune', '--refs-only'],
  },
];

/** These follow a change of one file in a hundred. */
const CHANGED: readonly Scenario[] = ['bare', 'archive'].map((mode) => ({
  name: `recommit to ${mode}, 1 % changed`,
  ...commit(mode, true),
}));

/** The store beside Debian's `ostree`, both with their own way of making data durable, on the tree of a compose and on a large one. */
export async function run(runs: number, only: RegExp): Promise<Row[]> {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-bench-'));
  try {
    const composed = composedTree(work);
    const rows: Row[] = [];
    for (const make of [() => composed, () => repeatedTree(composed, work, MANY)])
      rows.push(...runTree(make, work, runs, only));
    return rows;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function runTree(make: () => BenchTree, work: string, runs: number, only: RegExp): Row[] {
  const tree = make();
  const fixtures = { bare: join(work, 'bare'), archive: join(work, 'archive') };
  for (const [mode, repo] of Object.entries(fixtures)) {
    rmSync(repo, { recursive: true, force: true });
    tool(['ostree', `--repo=${repo}`, 'init', `--mode=${mode}`]);
    tool(['ostree', `--repo=${repo}`, 'commit', '-b', REF, `--tree=dir=${tree.path}`]);
  }
  const rowsOf = (scenarios: readonly Scenario[]): Row[] => {
    const wanted = scenarios.map((scenario) => ({ ...scenario, name: `${tree.name}: ${scenario.name}` }));
    return wanted
      .filter(({ name }) => only.test(name))
      .map((scenario) => measureScenario(scenario, { tree: tree.path, ...fixtures }, work, runs));
  };
  const rows = rowsOf(SCENARIOS);
  changeTree(tree);
  return [...rows, ...rowsOf(CHANGED)];
}

function measureScenario(
  { name, repo: wanted, ours, peer }: Scenario,
  fixed: Pick<Places, 'tree' | 'bare' | 'archive'>,
  work: string,
  runs: number,
): Row {
  const repo = wanted ? join(work, 'repo') : fixed.bare;
  const destination = join(work, 'destination');
  const report = join(work, 'time');
  const sample = (argv: readonly string[]): Sample => {
    tool(['rm', '-rf', destination]);
    if (wanted) {
      tool(['rm', '-rf', repo]);
      if (wanted.filled) tool(['cp', '-al', fixed[wanted.mode as 'bare' | 'archive'], repo]);
      else tool(['ostree', `--repo=${repo}`, 'init', `--mode=${wanted.mode}`]);
      if (wanted.unreferenced) tool(['rm', join(repo, 'refs', 'heads', REF)]);
    }
    // What the preparation wrote is not for the run to wait for.
    tool(['sync']);
    return measure(argv, report);
  };
  const samples: Record<'ours' | 'peer', Sample[]> = { ours: [], peer: [] };
  const places = { ...fixed, repo, destination };
  for (let i = 0; i < runs; i++) {
    samples.ours.push(sample([process.execPath, join(ROOT, 'test/bench/store-op.ts'), ...ours(places)]));
    samples.peer.push(sample(['ostree', ...peer(places)]));
  }
  return rowOf(name, samples.ours, samples.peer);
}
