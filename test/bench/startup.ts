import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasTool, tool } from '../support/tools.ts';
import { measure } from './measure.ts';
import { bareNode, program } from './programs.ts';
import { type Row, rowOf, type Sample } from './rows.ts';

/** Start-up of commands beside a bare `node -e 0`, ten times as often as other benchmarks: a run takes milliseconds. */
export async function run(runs: number, only: RegExp, progress: (row: Row) => void): Promise<Row[]> {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-startup-'));
  try {
    const rows: Row[] = [];
    for (const [name, argv] of Object.entries(commands(work))) {
      if (!only.test(name)) continue;
      const report = join(work, 'time');
      const ours: Sample[] = [];
      const peer: Sample[] = [];
      // The first start compiles what later ones find in the cache.
      measure(argv, report);
      for (let i = 0; i < runs * 10; i++) {
        ours.push(timed(argv, report));
        peer.push(timed(bareNode(), report));
      }
      const row = rowOf(`${name} / node -e 0`, ours, peer);
      progress(row);
      rows.push(row);
    }
    return rows;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function commands(work: string): { readonly [name: string]: readonly string[] } {
  const plain = {
    'ostrata --version': [...program('ostrata'), '--version'],
    'ostrata --help': [...program('ostrata'), '--help'],
    'ostrata plugins': [...program('ostrata'), 'plugins', '--config', '/dev/null'],
  };
  if (!hasTool('ostree')) return plain;
  const repo = join(work, 'repo');
  tool(['ostree', `--repo=${repo}`, 'init', '--mode=archive']);
  tool(['ostree', `--repo=${repo}`, 'commit', '-b', 'bench', `--tree=dir=${join(repo, 'refs')}`]);
  return {
    ...plain,
    'ostrata-ostree rev-parse': [...program('ostrata-ostree'), `--repo=${repo}`, 'rev-parse', 'bench'],
  };
}

/** GNU time counts in hundredths; a start takes few of them, so the clock is read here. */
function timed(argv: readonly string[], report: string): Sample {
  const began = performance.now();
  const sample = measure(argv, report);
  return { ...sample, seconds: (performance.now() - began) / 1000 };
}
