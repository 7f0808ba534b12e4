import { resolve } from 'node:path';
import type { CommandInput, CommandResult, Context } from '@ostrata/contract';
import { type CheckResult, mergeHealth, readHealth, writeHealth } from '@ostrata/system-verbs';
import { HEALTH_CONFIG } from './config.schema.ts';
import { healthError } from './errors.ts';
import { runScripts } from './scripts.ts';
import { entryOf, readStart, remember } from './start.ts';
import { checkUnits } from './units.ts';

/** Looks whether the running system works: exit status 1 where a required check fails. */
export async function healthCheck(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const forget = input.flags['forget'];
  if (typeof forget === 'string') return forgetFailures(forget, input, ctx);
  const config = await ctx.get(HEALTH_CONFIG);
  const checks = [
    ...(await checkUnits(config.units, config.timeout, ctx)),
    ...(await runScripts('required.d', config, ctx)),
    ...(await runScripts('wanted.d', config, ctx)),
  ];
  const start = await readStart(input, ctx);
  if (input.flags['boot'] === true && start !== null) {
    const { booted, health, system } = start;
    remember(start, [await entryOf(booted, health, { checks }, system, ctx)], ctx);
  }
  const failed = checks.filter(({ required, passed }) => required && !passed);
  const required = checks.filter((check) => check.required).length;
  const verdict =
    failed.length === 0
      ? 'This system is healthy'
      : `This system is not healthy: ${failed.length} of ${required} required checks failed`;
  return {
    data: {
      healthy: failed.length === 0,
      deployment: start?.booted.id ?? null,
      checks: checks.map((one) => ({ ...one })),
    },
    text: `${checks.map(line).join('')}${verdict}.\n`,
    exitCode: failed.length === 0 ? 0 : 1,
  };
}

function line({ name, required, passed, detail }: CheckResult): string {
  const verdict = passed ? 'passed' : required ? 'FAILED' : 'warning';
  return `  ${verdict.padEnd(7)}  ${name}${detail === null ? '' : `: ${detail}`}\n`;
}

/** A failed commit may be deployed again. */
function forgetFailures(word: string, input: CommandInput, ctx: Context): CommandResult {
  const record = readHealth(ctx, resolve(String(input.flags['sysroot'])));
  const isMeant = (one: (typeof record.deployments)[number]) =>
    one.state === 'failed' && (word === 'all' || [one.id, one.commit, one.image].includes(word));
  const meant = record.deployments.filter(isMeant);
  if (meant.length === 0 && word !== 'all') {
    throw healthError('HEALTH_UNKNOWN', `No failed deployment is remembered as ${word}.`, {
      hint: '`ostrata status` names them; `all` forgets every one.',
      data: { word, failed: record.deployments.filter(({ state }) => state === 'failed').map(({ id }) => id) },
    });
  }
  const rest = record.deployments.filter((one) => !isMeant(one));
  writeHealth(
    ctx,
    mergeHealth(
      { ...record, deployments: rest },
      [],
      rest.map(({ id }) => id),
    ),
  );
  return { data: { forgotten: meant.map(({ id }) => id) }, text: `Failed deployments forgotten: ${meant.length}\n` };
}
