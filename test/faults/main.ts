/**
 * Tries every point of every change of a system: `npm run test:faults -- [--only REGULAR-EXPRESSION] [--jobs N] [--share N]`.
 * With `--share 0.1` a tenth of the points.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missing } from '../support/tools.ts';
import { Exploration } from './explore.ts';
import { Injector, MODES } from './injector.ts';
import { removeWork } from './place.ts';
import { sample, tryAll } from './points.ts';
import { SCENARIOS } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});
const lacks = missing('root', 'cc', 'ostree', 'unshare', 'chattr');
if (lacks.length > 0) {
  process.stderr.write(`test:faults needs ${lacks.join(', ')}\n`);
  process.exit(1);
}
const only = new RegExp(values.only);
const work = mkdtempSync(join(tmpdir(), 'ostrata-faults-'));
const tried = new Map<string, Record<string, number>>();
let [points, failures] = [0, 0];
try {
  const injector = new Injector(work);
  for (const [index, scenario] of SCENARIOS.entries()) {
    if (!only.test(scenario.name)) continue;
    const exploration = await Exploration.begin(scenario, injector, join(work, String(index)));
    const all = exploration.faults();
    const faults = sample(exploration, Math.ceil(all.length * Number(values.share)), Number(values.seed));
    const findings = await tryAll(exploration, faults, Number(values.jobs));
    for (const { fault, call, problem } of findings) {
      const where = call === undefined ? '' : ` ${call.operation} ${call.path}`;
      process.stdout.write(
        `FAILED ${scenario.name}: ${fault.mode} at ${fault.at}${where}\n  ${problem.replaceAll('\n', '\n  ')}\n`,
      );
    }
    for (const { mode, at } of faults) {
      const operation = exploration.calls[at - 1]!.operation;
      const row = tried.get(operation) ?? {};
      row[mode] = (row[mode] ?? 0) + 1;
      tried.set(operation, row);
    }
    points += faults.length;
    failures += findings.length;
    process.stdout.write(
      `${scenario.name}: ${exploration.calls.length} calls, ${faults.length} of ${all.length} points tried, ${findings.length} failed\n`,
    );
  }
} finally {
  removeWork(work);
}
process.stdout.write(`\n${'operation'.padEnd(16)}${MODES.map((mode) => mode.padStart(8)).join('')}\n`);
for (const [operation, row] of [...tried].sort()) {
  process.stdout.write(`${operation.padEnd(16)}${MODES.map((mode) => String(row[mode] ?? 0).padStart(8)).join('')}\n`);
}
process.stdout.write(`${points} points tried, ${failures} failed\n`);
process.exitCode = failures === 0 && points > 0 ? 0 : 1;
