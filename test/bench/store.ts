import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ROOT } from '../support/shared.ts';
import { tool } from '../support/tools.ts';
import { measure } from './measure.ts';
import { program } from './programs.ts';
import { type Row, rowOf, type Sample } from './rows.ts';
import { Fixtures, type TreeName } from './store-fixtures.ts';
import { type Places, SCENARIOS, type Scenario } from './store-scenarios.ts';

/** What rows call the trees. */
const TITLES: { readonly [name in TreeName]: string } = { small: 'compose', large: '100 000 files' };

/**
 * `ostrata-ostree` beside Debian's `ostree`: the same command lines on the same repositories, both with their own way of making data
 * durable. `trees` is `small` or `large` for the rows of one tree; with `keep`, a directory, what rows need stays there for a later run.
 */
export async function run(
  runs: number,
  only: RegExp,
  progress: (row: Row) => void,
  { trees, keep }: { readonly trees?: string; readonly keep?: string } = {},
): Promise<Row[]> {
  if (trees !== undefined && !(trees in TITLES)) throw new Error('--trees is small or large');
  const work = keep === undefined ? mkdtempSync(join(tmpdir(), 'ostrata-bench-')) : resolve(keep);
  mkdirSync(work, { recursive: true });
  try {
    const rows: Row[] = [];
    for (const tree of ['small', 'large'] as const) {
      if (trees !== undefined && trees !== tree) continue;
      for (const scenario of SCENARIOS) {
        const name = `${TITLES[tree]}: ${scenario.name}`;
        if (!only.test(name)) continue;
        const row = await measureScenario(name, scenario, new Fixtures(work, tree), work, runs);
        progress(row);
        rows.push(row);
      }
    }
    return rows;
  } finally {
    if (keep === undefined) rmSync(work, { recursive: true, force: true });
  }
}

async function measureScenario(
  name: string,
  scenario: Scenario,
  fixtures: Fixtures,
  work: string,
  runs: number,
): Promise<Row> {
  const { repo: wanted, reads } = scenario;
  const server = scenario.served ? await serve(fixtures.repository('archive')) : undefined;
  const places: Places = {
    fixtures,
    repo: reads === undefined ? join(work, 'repo') : fixtures.repository(reads),
    destination: join(work, 'destination'),
    url: server?.url ?? '',
  };
  const report = join(work, 'time');
  const clear = () => {
    tool(['rm', '-rf', places.destination]);
    if (wanted) tool(['rm', '-rf', places.repo]);
  };
  const sample = (program: readonly string[]): Sample => {
    clear();
    if (wanted?.copyOf) tool(['cp', '-al', fixtures.repository(wanted.copyOf), places.repo]);
    else if (wanted) tool(['ostree', `--repo=${places.repo}`, 'init', `--mode=${wanted.mode}`]);
    scenario.prepare?.(places);
    const args = scenario.args(places);
    // What the preparation wrote is not for the run to wait for.
    tool(['sync']);
    return measure([...program, `--repo=${places.repo}`, ...args], report);
  };
  const samples: Record<'ours' | 'peer', Sample[]> = { ours: [], peer: [] };
  try {
    for (let i = 0; i < runs; i++) {
      samples.ours.push(sample(program('ostrata-ostree')));
      samples.peer.push(sample(['ostree']));
    }
    clear();
  } finally {
    server?.process.kill();
  }
  return rowOf(name, samples.ours, samples.peer);
}

/** A server in a process of its own, whose work counts for nobody. */
async function serve(directory: string): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'test/bench/static-server.ts'), directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout!, 'data')) as [Buffer];
  return { process: child, url: `http://127.0.0.1:${port.toString().trim()}` };
}
