import { parentPort, workerData } from 'node:worker_threads';
import { openCorpus } from './corpus.ts';
import type { Batch, BatchReport, Finding, WorkerSetup } from './protocol.ts';
import { Random } from './random.ts';
import { isRefusal, makeTargets } from './targets.ts';

const { repository, scratch, progress } = workerData as WorkerSetup;
const targets = new Map(makeTargets(openCorpus(repository), scratch).map((target) => [target.name, target]));
/** The number of the input that is being read, for whoever watches. */
const current = new Float64Array(progress);
/** An input that takes longer than this is a finding even though it ends. */
const SLOW_MILLISECONDS = 1000;

function run({ target: name, seed, first, count }: Batch): BatchReport {
  const target = targets.get(name)!;
  const number = [...targets.keys()].indexOf(name);
  const findings: Finding[] = [];
  let accepted = 0;
  for (let index = first; index < first + count; index++) {
    current[0] = index;
    const input = target.input(new Random(seed, number, index));
    const began = performance.now();
    try {
      target.read(input);
      accepted++;
    } catch (error) {
      if (!isRefusal(error))
        findings.push({ index, problem: (error as Error).stack ?? String(error), input: input.toString('hex') });
    }
    const took = performance.now() - began;
    if (took > SLOW_MILLISECONDS)
      findings.push({ index, problem: `it took ${Math.round(took)} ms`, input: input.toString('hex') });
  }
  const { rss } = process.memoryUsage();
  return { accepted, findings, rss };
}

parentPort?.on('message', (batch: Batch) => parentPort?.postMessage(run(batch)));
parentPort?.postMessage([...targets.keys()]);
