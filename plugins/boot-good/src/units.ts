import { setTimeout as wait } from 'node:timers/promises';
import { type Context, EXEC } from '@ostrata/contract';
import type { CheckResult } from '@ostrata/system-verbs';

const PAUSE_MILLISECONDS = 1000;

/** Waits until systemd's units are active, together for so many seconds. A unit that failed, or that nothing is going to start, is not waited for. */
export async function checkUnits(names: readonly string[], seconds: number, ctx: Context): Promise<CheckResult[]> {
  const deadline = Date.now() + seconds * 1000;
  const results: CheckResult[] = [];
  for (const name of names) {
    const detail = await failureOf(name, deadline, seconds, ctx);
    results.push({ name, required: true, passed: detail === null, detail });
  }
  return results;
}

async function failureOf(name: string, deadline: number, seconds: number, ctx: Context): Promise<string | null> {
  for (;;) {
    const state = await stateOf(name, ctx);
    if (state.active === 'active' || state.active === 'reloading') return null;
    if (state.active === 'failed') return 'it has failed';
    if (!state.isUnderWay) return state.isKnown ? 'it was not reached' : 'there is no such unit';
    if (Date.now() >= deadline) return `it was not reached within ${seconds} seconds`;
    await wait(PAUSE_MILLISECONDS, undefined, { signal: ctx.signal });
  }
}

/** systemctl(1), `show`: lines `PROPERTY=VALUE`. A unit with a job is about to change. */
async function stateOf(name: string, ctx: Context) {
  const { stdout } = await (await ctx.get(EXEC)).run({
    argv: ['systemctl', 'show', '--property=ActiveState,LoadState,Job', '--', name],
    env: ctx.environment.commandEnv,
    signal: ctx.signal,
  });
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(stdout.toString('utf8'))?.[1] ?? '';
  const active = value('ActiveState');
  return {
    active,
    isKnown: value('LoadState') !== 'not-found',
    isUnderWay: active === 'activating' || /^[1-9]/.test(value('Job')),
  };
}
