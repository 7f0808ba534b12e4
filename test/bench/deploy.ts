import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tool } from '../support/tools.ts';
import { DEPLOYABLE } from './deploy-trees.ts';
import { measure } from './measure.ts';
import { bareNode, program } from './programs.ts';
import { type Row, rowOf, type Sample } from './rows.ts';
import { changedTree } from './store-trees.ts';

/** A command of `ostree admin`, and the system on which it is run. */
interface Scenario {
  readonly name: string;
  readonly argv: readonly string[];
  /** What the peer is to do, where its release has no such verb. */
  readonly peer?: readonly string[];
  /** Brings a copy of the system with two deployments into the state before. */
  prepare?(sysroot: string): void;
}

const REF = 'bench';

const BULK: readonly Scenario[] = [
  { name: 'deploy', argv: ['deploy', '--os=os', `${REF}2`] },
  { name: 'kargs', argv: ['instutil', 'set-kargs', '--merge', '--append=debug'] },
  { name: 'cleanup', argv: ['cleanup'], prepare: leaveDeployment },
];

/** These take about as long as it takes to start: they may take the peer's time and one and a half of what node itself takes. */
const SHORT: readonly Scenario[] = [
  { name: 'status', argv: ['status'] },
  // Before 2024.1 nothing puts deployments in another order: the peer writes the menu with another argument of the kernel.
  { name: 'rollback', argv: ['set-default', '1'], peer: ['instutil', 'set-kargs', '--merge', '--append=debug'] },
  { name: 'pin', argv: ['pin', '0'] },
];
const STARTS = 1.5;

/**
 * `ostrata-ostree admin` beside Debian's `ostree admin`: the same command lines on systems that are alike. With `keep`, a directory, the
 * trees stay there for a later run.
 */
export async function run(
  runs: number,
  only: RegExp,
  progress: (row: Row) => void,
  { keep }: { readonly keep?: string } = {},
): Promise<Row[]> {
  const work = keep === undefined ? mkdtempSync(join(tmpdir(), 'ostrata-deploy-')) : resolve(keep);
  mkdirSync(work, { recursive: true });
  const rows: Row[] = [];
  try {
    for (const [tree, make] of Object.entries(DEPLOYABLE)) {
      const all = [...BULK, ...SHORT].map((scenario) => ({ scenario, name: nameOf(tree, scenario) }));
      const wanted = all.filter(({ name }) => only.test(name));
      if (wanted.length === 0) continue;
      const system = systemOf(make(work), work);
      for (const { scenario, name } of wanted) {
        const row = measureScenario(name, scenario, { system, work, runs });
        progress(row);
        rows.push(row);
      }
      tool(['rm', '-rf', system]);
    }
    return rows;
  } finally {
    if (keep === undefined) rmSync(work, { recursive: true, force: true });
  }
}

const isShort = (scenario: Scenario): boolean => SHORT.includes(scenario);

const nameOf = (tree: string, scenario: Scenario): string =>
  `${tree}: ${scenario.name}${isShort(scenario) ? ` / ostree + ${STARTS} node` : ''}`;

const ENV = { OSTREE_SYSROOT_DEBUG: 'mutable-deployments' };

/** A system made by the real ostree: two deployments of a tree, and another commit of it, in which one file of a hundred has changed. */
function systemOf(tree: string, work: string): string {
  const sysroot = join(work, 'system');
  const admin = (...words: string[]) => tool(['ostree', 'admin', `--sysroot=${sysroot}`, ...words], { env: ENV });
  const commit = (ref: string, path: string) =>
    tool(['ostree', `--repo=${sysroot}/ostree/repo`, 'commit', '-b', ref, `--tree=dir=${path}`]);
  const changed = join(work, 'changed');
  tool(['rm', '-rf', sysroot, changed]);
  tool(['mkdir', '-p', sysroot]);
  tool(['ostree', 'admin', 'init-fs', '--modern', sysroot]);
  admin('os-init', 'os');
  commit(REF, tree);
  admin('deploy', '--os=os', '--karg=quiet', REF);
  admin('deploy', '--os=os', '--retain', REF);
  changedTree(tree, changed);
  commit(`${REF}2`, changed);
  tool(['rm', '-rf', changed]);
  return sysroot;
}

/** What a run that was cut off leaves: a deployment that nothing boots. */
function leaveDeployment(sysroot: string): void {
  const parent = join(sysroot, 'ostree/deploy/os/deploy');
  const [name = ''] = tool(['ls', parent]).split('\n');
  tool(['cp', '-al', join(parent, name), join(parent, name.replace(/\.\d+$/, '.7'))]);
}

function measureScenario(
  name: string,
  scenario: Scenario,
  { system, work, runs }: { readonly system: string; readonly work: string; readonly runs: number },
): Row {
  const { argv, peer: peerArgv = argv, prepare } = scenario;
  const report = join(work, 'time');
  const copy = join(work, 'copy');
  const timed = (words: readonly string[]): Sample => {
    const began = performance.now();
    const sample = measure(words, report);
    return { ...sample, seconds: (performance.now() - began) / 1000 };
  };
  const sample = (program: readonly string[], words: readonly string[]): Sample => {
    tool(['rm', '-rf', copy]);
    tool(['cp', '-al', system, copy]);
    prepare?.(copy);
    // What the preparation wrote is not for the run to wait for.
    tool(['sync']);
    return timed([
      'env',
      ...Object.entries(ENV).map(([key, value]) => `${key}=${value}`),
      ...program,
      'admin',
      `--sysroot=${copy}`,
      ...words,
    ]);
  };
  const samples: Record<'ours' | 'peer', Sample[]> = { ours: [], peer: [] };
  for (let i = 0; i < (isShort(scenario) ? runs * 3 : runs); i++) {
    samples.ours.push(sample(program('ostrata-ostree'), argv));
    const peer = sample(['ostree'], peerArgv);
    const start = isShort(scenario) ? timed(bareNode()).seconds : 0;
    samples.peer.push({ ...peer, seconds: peer.seconds + STARTS * start });
  }
  return rowOf(name, samples.ours, samples.peer);
}
