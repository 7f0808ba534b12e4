import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Sample } from './rows.ts';

/** Runs a program to its end; wall and CPU time, and the largest resident set, of it and its children (by GNU time). */
export function measure(argv: readonly string[], report: string): Sample {
  const result = spawnSync('/usr/bin/time', ['-f', '%e %M %U %S', '-o', report, ...argv], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0)
    throw new Error(`${argv.join(' ')} ended with ${result.status}\n${result.stderr.slice(-3000)}`);
  return readReport(report);
}

function readReport(report: string): Sample {
  const [seconds, kilobytes, user, system] = (readFileSync(report, 'utf8').trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return {
    seconds: seconds ?? Number.NaN,
    cpuSeconds: (user ?? Number.NaN) + (system ?? Number.NaN),
    megabytes: (kilobytes ?? Number.NaN) / 1024,
  };
}

/** When the stages of a run began and ended, in seconds since its program was started. */
export type Stages = Readonly<Record<string, { readonly begin: number; readonly end: number }>>;

/** As `measure`, of an `ostrata` that is told to write its progress to descriptor 3. */
export async function measureStages(
  argv: readonly string[],
  report: string,
): Promise<{ readonly sample: Sample; readonly stages: Stages }> {
  const began = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%e %M %U %S', '-o', report, ...argv, '--progress-fd', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-3000);
  });
  const stages: Record<string, { begin: number; end: number }> = {};
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    const { type, stage } = JSON.parse(line) as { readonly type: string; readonly stage?: string };
    const now = (performance.now() - began) / 1000;
    if (type === 'stage-begin' && stage !== undefined) stages[stage] = { begin: now, end: now };
    if (type === 'stage-end' && stage !== undefined && stages[stage]) stages[stage].end = now;
  }
  const [status] = await ended;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}\n${errors}`);
  return { sample: readReport(report), stages };
}

/** Peak resident memory of this program in MB; what `process.resourceUsage` says begins with the process that started it. */
export function peakMemory(): number {
  const kilobytes = /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
