import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  Crash,
  type Environment,
  type FailpointHandler,
  failpointError,
  type Host,
  type HostError,
  type RunInput,
} from '@ostrata/core';
import { kitError } from './errors.ts';
import { testRequest } from './request.ts';

/** One fresh start of a journey: everything as it is before the run. */
export interface Start extends Disposable {
  readonly environment: Environment;
  readonly input: RunInput;
  /** A host over the same world; called again after a crash. */
  host(failpoint?: FailpointHandler): Promise<Host>;
  /** What a user can see of the system; compared with deep equality. */
  visible(): Promise<unknown>;
}

export interface Journey {
  readonly name: string;
  /** Prepares a start; equal every time. */
  start(): Promise<Start>;
}

export interface ChaosReport {
  /** Places at which the journey was made to fail, in the order in which it passes them. */
  readonly failpoints: readonly string[];
  /** Times that it was run. */
  readonly runs: number;
}

const MODES = ['fail', 'abort', 'crash'] as const;
type Mode = (typeof MODES)[number];

/**
 * Runs a journey once, and then again for every place at which it can fail: with an error, with a cancellation, and with a crash.
 * After each the system must be as before or complete, hold no temporary files and no lock, and let the same journey succeed.
 * Throws one error with all that is not so.
 */
export async function chaos(journey: Journey): Promise<ChaosReport> {
  const names: string[] = [];
  const { before, after } = await rehearse(journey, names);
  const problems: HostError[] = [];
  for (const [at, name] of names.entries()) {
    for (const mode of MODES) {
      const problem = await trial(journey, { at, mode }, [before, after]);
      if (problem !== null) problems.push(kitError('CHAOS', `${journey.name}: ${mode} at ${name} (${at}): ${problem}`));
    }
  }
  if (problems.length > 0) {
    const lines = problems.map(({ message }) => message);
    throw kitError('CHAOS', `${problems.length} trials of ${journey.name} went wrong:\n${lines.join('\n')}`, {
      problems,
    });
  }
  return { failpoints: names, runs: 1 + names.length * MODES.length };
}

async function rehearse(journey: Journey, names: string[]): Promise<{ before: unknown; after: unknown }> {
  using start = await journey.start();
  const before = structuredClone(await start.visible());
  await (await start.host((name) => names.push(name))).run(start.input);
  return { before, after: structuredClone(await start.visible()) };
}

async function trial(
  journey: Journey,
  { at, mode }: { readonly at: number; readonly mode: Mode },
  allowed: readonly unknown[],
): Promise<string | null> {
  using start = await journey.start();
  const controller = new AbortController();
  let passed = -1;
  const host = await start.host((name) => {
    passed += 1;
    if (passed !== at) return;
    if (mode === 'abort') controller.abort();
    else throw mode === 'crash' ? new Crash(name) : failpointError(name);
  });
  const outcome = await host.run(start.input, { signal: controller.signal }).then(
    () => null,
    (error: HostError | Crash) => error,
  );
  if (mode === 'abort' && outcome !== null && (outcome as HostError).code !== 'CANCELLED') {
    return `ended with ${outcome.message} instead of CANCELLED`;
  }
  if (mode === 'crash') {
    await (await start.host()).run(testRequest({ until: 'request' }));
  } else {
    const left = readdirSync(start.environment.tempDir);
    if (left.length > 0) return `left ${left.join(', ')} behind`;
  }
  const now = structuredClone(await start.visible());
  if (!allowed.some((state) => isDeepStrictEqual(state, now))) {
    return `the system is neither as before nor complete:\n${JSON.stringify(now)}`;
  }
  if (outcome === null && !isDeepStrictEqual(now, allowed[1])) return 'the run says that it succeeded, and did not';
  return await (await start.host()).run(start.input).then(
    () => null,
    (error: Error) => `the journey cannot be run again: ${error.message}`,
  );
}
