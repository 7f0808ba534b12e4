import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
  const [seconds, kilobytes, user, system] = (readFileSync(report, 'utf8').trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return {
    seconds: seconds ?? Number.NaN,
    cpuSeconds: (user ?? Number.NaN) + (system ?? Number.NaN),
    megabytes: (kilobytes ?? Number.NaN) / 1024,
  };
}

/** Peak resident memory of this program in MB; what `process.resourceUsage` says begins with the process that started it. */
export function peakMemory(): number {
  const kilobytes = /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
