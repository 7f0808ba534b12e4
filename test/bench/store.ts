import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OSTRATA_OSTREE } from '../support/cli.ts';
import { ROOT } from '../support/shared.ts';
import { tool } from '../support/tools.ts';
import { measure } from './measure.ts';
import { type Row, rowOf, type Sample } from './rows.ts';
import { AFTER_CHANGE, BEFORE_CHANGE, type Places, REF, type Scenario } from './store-scenarios.ts';
import { type BenchTree, changeTree, composedTree, repeatedTree } from './store-trees.ts';

const MANY = 100_000;

/**
 * `ostrata-ostree` beside Debian's `ostree`: the same command lines on the same repositories, both with their own way of making data
 * durable, on the tree of a compose and on a large one.
 */
export async function run(runs: number, only: RegExp, progress: (row: Row) => void): Promise<Row[]> {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-bench-'));
  try {
    const composed = composedTree(work);
    const rows: Row[] = [];
    const large = `${MANY / 1000} 000 files`;
    for (const [name, make] of [
      [composed.name, () => composed],
      [large, () => ({ ...repeatedTree(composed, work, MANY), name: large })],
    ] as const) {
      const wanted = (scenario: Scenario) => only.test(`${name}: ${scenario.name}`);
      if (![...BEFORE_CHANGE, ...AFTER_CHANGE].some(wanted)) continue;
      rows.push(...(await runTree(make(), work, runs, wanted, progress)));
    }
    return rows;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

type Fixtures = Omit<Places, 'repo' | 'destination'>;

async function runTree(
  tree: BenchTree,
  work: string,
  runs: number,
  wanted: (scenario: Scenario) => boolean,
  progress: (row: Row) => void,
): Promise<Row[]> {
  const path = (name: string) => join(work, name);
  const fixtures = {
    tree: tree.path,
    bare: path('bare'),
    'bare-user': path('bare-user'),
    archive: path('archive'),
    bare2: path('bare2'),
    archive2: path('archive2'),
    delta: path('delta'),
    url: '',
  };
  const rows: Row[] = [];
  const measureAll = (scenarios: readonly Scenario[], places: Fixtures) => {
    for (const scenario of scenarios.filter(wanted)) {
      const row = measureScenario(`${tree.name}: ${scenario.name}`, scenario, places, work, runs);
      progress(row);
      rows.push(row);
    }
  };
  for (const name of Object.values(fixtures))
    if (name.startsWith(work) && name !== tree.path) tool(['rm', '-rf', name]);
  for (const mode of ['bare', 'bare-user', 'archive'] as const) {
    const repo = fixtures[mode];
    tool(['ostree', `--repo=${repo}`, 'init', `--mode=${mode}`]);
    commitTree(repo, tree);
  }
  const server = await serve(fixtures.archive);
  try {
    measureAll(BEFORE_CHANGE, { ...fixtures, url: server.url });
  } finally {
    server.process.kill();
  }
  changeTree(tree);
  if (!AFTER_CHANGE.some(wanted)) return rows;
  for (const mode of ['bare', 'archive'] as const) {
    const repo = fixtures[`${mode}2`];
    tool(['cp', '-al', fixtures[mode], repo]);
    commitTree(repo, tree);
  }
  tool(['cp', '-al', fixtures.archive2, fixtures.delta]);
  tool(['ostree', `--repo=${fixtures.delta}`, 'static-delta', 'generate', REF]);
  const [prefix, name] = tool(['find', join(fixtures.delta, 'deltas'), '-name', 'superblock', '-printf', '%P']).split(
    '/',
  ) as [string, string];
  measureAll(AFTER_CHANGE, { ...fixtures, delta: join(fixtures.delta, 'deltas', prefix, name) });
  return rows;
}

/** The same commit in every repository: a delta is made in one and applied in another. */
const commitTree = (repo: string, { path }: BenchTree) =>
  tool(['ostree', `--repo=${repo}`, 'commit', '-b', REF, '--timestamp=2024-01-01 UTC', `--tree=dir=${path}`]);

/** A server in a process of its own, whose work counts for nobody. */
async function serve(directory: string): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'test/bench/static-server.ts'), directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout!, 'data')) as [Buffer];
  return { process: child, url: `http://127.0.0.1:${port.toString().trim()}` };
}

function measureScenario(name: string, scenario: Scenario, fixtures: Fixtures, work: string, runs: number): Row {
  const { repo: wanted, reads } = scenario;
  const places: Places = {
    ...fixtures,
    repo: reads === undefined ? join(work, 'repo') : fixtures[reads],
    destination: join(work, 'destination'),
  };
  const report = join(work, 'time');
  const sample = (program: readonly string[]): Sample => {
    tool(['rm', '-rf', places.destination]);
    if (wanted) {
      tool(['rm', '-rf', places.repo]);
      if (wanted.copyOf) tool(['cp', '-al', fixtures[wanted.copyOf], places.repo]);
      else tool(['ostree', `--repo=${places.repo}`, 'init', `--mode=${wanted.mode}`]);
    }
    scenario.prepare?.(places);
    // What the preparation wrote is not for the run to wait for.
    tool(['sync']);
    return measure([...program, `--repo=${places.repo}`, ...scenario.args(places)], report);
  };
  const samples: Record<'ours' | 'peer', Sample[]> = { ours: [], peer: [] };
  for (let i = 0; i < runs; i++) {
    samples.ours.push(sample([process.execPath, OSTRATA_OSTREE]));
    samples.peer.push(sample(['ostree']));
  }
  return rowOf(name, samples.ours, samples.peer);
}
