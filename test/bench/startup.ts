import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OSTRATA } from '../support/cli.ts';
import { measure } from './measure.ts';
import { type Row, rowOf, type Sample } from './rows.ts';

const CASES: { readonly [name: string]: readonly string[] } = {
  '--version': ['--version'],
  '--help': ['--help'],
  plugins: ['plugins', '--config', '/dev/null'],
};

/** Start-up of commands beside a bare `node -e 0`, ten times as often as other benchmarks: a run takes milliseconds. */
export async function run(runs: number): Promise<Row[]> {
  const report = join(tmpdir(), `ostrata-startup-${process.pid}`);
  return Object.entries(CASES).map(([name, args]) => {
    const ours: Sample[] = [];
    const peer: Sample[] = [];
    for (let i = 0; i < runs * 10; i++) {
      ours.push(timed([process.execPath, OSTRATA, ...args], report));
      peer.push(timed([process.execPath, '-e', '0'], report));
    }
    return rowOf(`ostrata ${name} / node -e 0`, ours, peer);
  });
}

/** GNU time counts in hundredths; a start takes few of them, so the clock is read here. */
function timed(argv: readonly string[], report: string): Sample {
  const began = performance.now();
  const sample = measure(argv, report);
  return { ...sample, seconds: (performance.now() - began) / 1000 };
}
