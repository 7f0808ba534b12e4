/**
 * Feeds the readers of what comes from elsewhere with broken and odd inputs, made of valid ones by the real tool.
 *
 *   npm run -s fuzz -- [--inputs N] [--seed S] [--only NUMBER] [TARGET...]
 *
 * The inputs are divided among the targets. Ends with status 1 when a reader crashed, hung, took more memory or time than it may, or
 * read something that it does not write again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missing } from '../support/tools.ts';
import { makeCorpus } from './corpus.ts';
import { Runner } from './runner.ts';

const BATCH = 5000;
/** All threads and the corpus together. */
const MAX_MEMORY = 1024 * 1024 * 1024;
/** A reader that fails at every input need not say so a million times. */
const MAX_FINDINGS = 10;

const number = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} ${text} is no whole number`);
  return value;
};

interface Settings {
  readonly inputs: number;
  readonly seed: number;
  readonly only: number | undefined;
  readonly targets: readonly string[];
}

function readSettings(args: string[]): Settings {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { inputs: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
  });
  return {
    inputs: number(values.inputs ?? '1000000', 'inputs'),
    seed: number(values.seed ?? '1', 'seed'),
    only: values.only === undefined ? undefined : number(values.only, 'only'),
    targets: positionals,
  };
}

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function fuzzTarget(runner: Runner, target: string, count: number, { seed, only }: Settings) {
  let findings = 0;
  let accepted = 0;
  let memory = 0;
  const start = only ?? 0;
  const end = only === undefined ? count : only + 1;
  const began = performance.now();
  for (let first = start; first < end && findings < MAX_FINDINGS; first += BATCH) {
    const report = await runner.run({ target, seed, first, count: Math.min(BATCH, end - first) });
    accepted += report.accepted;
    memory = Math.max(memory, report.rss);
    for (const { index, problem, input } of report.findings.slice(0, MAX_FINDINGS - findings)) {
      print(`FAILED ${target} --seed ${seed} --only ${index}: ${problem}\n  input ${input.slice(0, 2000)}`);
    }
    findings += report.findings.length;
  }
  if (memory > MAX_MEMORY) {
    findings++;
    print(`FAILED ${target}: the process took ${Math.round(memory / 2 ** 20)} MiB`);
  }
  const seconds = (performance.now() - began) / 1000;
  const rate = Math.round((end - start) / seconds);
  print(
    `${target}: ${end - start} inputs, ${accepted} read, ${findings} findings, ${rate} a second, ${Math.round(memory / 2 ** 20)} MiB`,
  );
  return { inputs: end - start, findings };
}

async function main(args: string[]): Promise<number> {
  const settings = readSettings(args);
  const lacking = missing('ostree');
  if (lacking.length > 0) {
    print(`this needs ${lacking.join(', ')}, which make the valid inputs`);
    return 2;
  }
  const directory = mkdtempSync(join(tmpdir(), 'ostrata-fuzz-'));
  const runner = new Runner({ repository: join(directory, 'repo'), scratch: join(directory, 'scratch') });
  try {
    makeCorpus(directory);
    await runner.start();
    const unknown = settings.targets.filter((name) => !runner.targets.includes(name));
    if (unknown.length > 0) {
      print(`no target ${unknown.join(', ')}; there are ${runner.targets.join(', ')}`);
      return 2;
    }
    const names = settings.targets.length > 0 ? settings.targets : runner.targets;
    const total = { inputs: 0, findings: 0 };
    const began = performance.now();
    for (const name of names) {
      const { inputs, findings } = await fuzzTarget(runner, name, Math.ceil(settings.inputs / names.length), settings);
      total.inputs += inputs;
      total.findings += findings;
    }
    const seconds = (performance.now() - began) / 1000;
    print(`${total.inputs} inputs, ${total.findings} findings, ${Math.round(total.inputs / seconds)} a second`);
    return total.findings > 0 ? 1 : 0;
  } finally {
    await runner.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  print(error.message);
  return 2;
});
