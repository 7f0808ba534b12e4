import type { CommandInput, CommandResult, Context, Deployment, Outcome, Request } from '@ostrata/contract';
import { type DeploymentHealth, passedOver, systemRequest } from '@ostrata/system-verbs';
import { HEALTH_CONFIG, type HealthConfig } from './config.schema.ts';
import { runScripts } from './scripts.ts';
import { entryOf, readStart, remember, type Start } from './start.ts';

/**
 * Remembers that the running system is healthy. Where the boot loader started it in place of the default, which it has given up, it becomes
 * the default itself: then the list of deployments says again what boots, and the next upgrade follows what works.
 */
export async function settleRequest(input: CommandInput, ctx: Context): Promise<Request | CommandResult> {
  const config = await ctx.get(HEALTH_CONFIG);
  const start = await readStart(input, ctx);
  if (start === null) return { data: { status: 'none' }, text: 'Nothing runs from here.\n' };
  if ((await passedOver(start.system, ctx)) === null) return conclude(start, null, config, ctx);
  const writable = await readStart(input, ctx, { writes: true });
  const { system, booted } = writable ?? start;
  const others = system.deployments.filter((one) => one.id !== booted.id && one.state !== 'staged');
  const request = systemRequest('boot-settle', system, booted.target.os, ctx);
  const order = [booted, ...others].map(({ id }) => id);
  return { ...request, from: 'deploy', deploy: { ...request.deploy, order } };
}

export async function settleResult(_outcome: Outcome, input: CommandInput, ctx: Context): Promise<CommandResult> {
  const start = await readStart(input, ctx);
  if (start === null) return { data: { status: 'none' }, text: 'Nothing runs from here.\n' };
  // It was the default, and is behind the one that took its place.
  return conclude(start, start.system.deployments[1] ?? null, await ctx.get(HEALTH_CONFIG), ctx);
}

async function conclude(
  start: Start,
  failed: Deployment | null,
  config: HealthConfig,
  ctx: Context,
): Promise<CommandResult> {
  const { system, booted, health, record } = start;
  const entries: DeploymentHealth[] = [
    await entryOf(booted, health, { state: 'good', failedStarts: [], reason: null, replacedBy: null }, system, ctx),
  ];
  if (failed !== null) {
    const known = record.deployments.find(({ id }) => id === failed.id) ?? null;
    const reason = known?.reason ?? 'the boot loader gave it up: no start of it was found healthy';
    const changes = { state: 'failed', reason, replacedBy: booted.id } as const;
    entries.push(await entryOf(failed, known, changes, system, ctx));
  }
  remember(start, entries, ctx);
  for (const { name, passed, detail } of await runScripts('green.d', config, ctx)) {
    if (!passed) ctx.progress.message(`${name}: ${detail}`);
  }
  const words =
    failed === null
      ? 'This system works.'
      : `${failed.id} failed; ${booted.id} runs in its place and is the default now.`;
  return { data: { status: 'good', deployment: booted.id, failed: failed?.id ?? null }, text: `${words}\n` };
}
