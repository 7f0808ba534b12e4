import type { Failure, HostError, Outcome, Stage } from '@ostrata/contract';
import { cancelled } from '../errors.ts';
import { Crash } from '../failpoint.ts';
import { type Enter, type RunInput, walk } from './corridor.ts';
import { recoverIntention } from './recover.ts';
import { type HostSettings, type RunOptions, RunState } from './run-state.ts';
import { callHook, type StageContext, stageContext } from './stage-context.ts';
import { Transaction } from './transaction.ts';

/** One run, from the lock to the report. Throws the HostError that ended it, with everything undone or completed. */
export async function run(settings: HostSettings, input: RunInput, options: RunOptions): Promise<Outcome> {
  const state = new RunState(settings, options);
  const transaction = new Transaction(
    settings.environment.stateDir,
    (intention, direction) => recoverIntention(state, intention, direction),
    settings.failpoint,
  );
  let failure: unknown;
  try {
    const command = options.commandLine ?? ('plan' in input ? 'plan' : input.command);
    await transaction.begin({ command, since: settings.now() }, options.asOf);
    state.transaction = transaction;
    return await Promise.race([succeed(state, transaction, input), state.hang.hung]);
  } catch (error) {
    failure = explain(state, error);
    if (failure instanceof Crash) throw failure;
    await settle(state, failure as HostError, input);
    throw failure;
  } finally {
    if (!(failure instanceof Crash)) await state.close();
    else state.hang.stop();
    transaction.close(failure);
  }
}

async function succeed(state: RunState, transaction: Transaction, input: RunInput): Promise<Outcome> {
  const ctx = stageContext(state);
  const outcome = await walk(ctx, entering(state, ctx), input);
  transaction.succeed();
  // The work is done and stays done: from here on there is nothing left to cancel.
  state.runSignal.mask();
  return ctx.shape('finalize.report', outcome);
}

function entering(state: RunState, ctx: StageContext): Enter {
  return async <T>(stage: Stage, work: () => Promise<T>): Promise<T> => {
    if (ctx.signal.aborted) throw cancelled(ctx.signal.reason);
    state.stage = stage;
    state.events.emit({ type: 'stage-begin', stage });
    ctx.failpoint(`stage.${stage}.before`);
    const record = await work();
    ctx.failpoint(`stage.${stage}.after`);
    state.events.emit({ type: 'stage-end', stage });
    return record;
  };
}

function explain(state: RunState, error: unknown): Error {
  const { signal } = state.runSignal;
  const origin = { stage: state.stage, hook: null, plugin: null };
  const problem = state.settings.loaded.guard.explain(error, origin, signal);
  // What breaks because of a cancellation is a cancellation.
  return signal.aborted && (problem as HostError).code !== 'CANCELLED' ? cancelled(problem) : problem;
}

/** Undoes or completes what the run had begun, and tells `failed.notify`; neither hides why the run failed. */
async function settle(state: RunState, failure: HostError, input: RunInput): Promise<void> {
  state.restart();
  const steps = [
    () => state.transaction?.fail(),
    () => callHook(state, 'failed.notify', describe(failure, state.stage, input)),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (error instanceof Crash) throw error;
      const { code, message, hint } = explain(state, error) as HostError;
      state.contextFor(null, null).progress.warning(code, message, hint ?? undefined);
    }
  }
}

function describe(failure: HostError, stage: Stage | null, input: RunInput): Failure {
  const { code, message, hint, data, origin } = failure;
  const command = 'plan' in input ? 'plan' : input.command;
  return {
    command,
    stage,
    error: { code, message, hint, data, plugin: origin?.plugin ?? null, hook: origin?.hook ?? null },
  };
}
