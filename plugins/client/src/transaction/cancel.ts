import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandResult, Context } from '@ostrata/contract';
import { clientError } from '../errors.ts';
import { readHistory } from './history-file.ts';
import { isSame, type RunningTransaction, runningTransaction } from './holder.ts';

const LOOK_MILLISECONDS = 100;

/**
 * Asks the run that is under way to stop, and waits until it has undone what it had begun. One that is past the swap of the boot menu
 * completes all the same. Throws CLIENT_CANCEL.
 */
export async function cancel(ctx: Context): Promise<CommandResult> {
  const running = runningTransaction(ctx);
  if (running === null) {
    throw clientError('CLIENT_CANCEL', 'Nothing is under way that could be cancelled.', {
      hint:
        ctx.environment.uid === 0
          ? 'What other programs do, `ostree` or rpm-ostree, is ended by them.'
          : 'What root does is only seen, and cancelled, by root.',
    });
  }
  ask(running);
  ctx.progress.message(`Waiting for the process ${running.pid} to undo what it has begun`);
  while (isSame(running, runningTransaction(ctx))) {
    await sleep(LOOK_MILLISECONDS, undefined, { signal: ctx.signal }).catch(() => ctx.signal.throwIfAborted());
  }
  const completed = readHistory(ctx).some(({ pid, time }) => pid === running.pid && time >= running.since);
  const { pid, command } = running;
  return {
    data: { status: completed ? 'completed' : 'cancelled', pid, command },
    text: completed
      ? `It was too late to cancel \`${command}\` (process ${pid}): it is complete.\n`
      : `Cancelled \`${command}\` (process ${pid}).\n`,
  };
}

/** By SIGTERM, which a run takes as often as it likes. */
function ask({ pid, command }: RunningTransaction): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    // It has ended in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw clientError('CLIENT_CANCEL', `\`${command}\` (process ${pid}) cannot be told to stop.`, {
      hint: 'Run as root, or as the user who started it.',
      data: { pid, command },
      cause: error,
    });
  }
}
