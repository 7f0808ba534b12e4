import type { CommandInput, CommandResult, Context, Deployment, Outcome, Request } from '@ostrata/contract';
import { type DeploymentHealth, nextStart, systemRequest } from '@ostrata/system-verbs';
import { HEALTH_CONFIG, type HealthConfig } from './config.schema.ts';
import { runScripts } from './scripts.ts';
import { entryOf, readStart, remember, type Start, withThisStart } from './start.ts';

/** What is done about a start that was found unhealthy. */
type Answer =
  /** It was healthy once: what is wrong now came otherwise, and going back is for people. */
  | { readonly kind: 'keep' }
  /** Once more. */
  | { readonly kind: 'again'; readonly failed: number }
  /** The boot loader starts another one by itself. */
  | { readonly kind: 'loader'; readonly next: Deployment }
  /** The one before becomes the default. */
  | { readonly kind: 'back'; readonly to: Deployment }
  /** There is nothing to go back to. */
  | { readonly kind: 'stay' };

async function answerTo(start: Start, { attempts }: HealthConfig, ctx: Context): Promise<Answer> {
  const { system, booted, health, record } = start;
  if (health?.state === 'good') return { kind: 'keep' };
  const failed = withThisStart(start).length;
  const own = system.deployments.filter(({ state, target }) => state === 'active' && target.os === booted.target.os);
  const next = await nextStart(system, ctx);
  const isFailed = ({ id }: Deployment) => record.deployments.some((one) => one.id === id && one.state === 'failed');
  if (own[0] === booted && next !== null && next !== booted && !isFailed(next)) return { kind: 'loader', next };
  if (failed < attempts) return { kind: 'again', failed };
  const to = own.slice(own.indexOf(booted) + 1).find((one) => !isFailed(one));
  return to === undefined ? { kind: 'stay' } : { kind: 'back', to };
}

/** Remembers that this start was unhealthy and restarts the machine, or goes back to the deployment before. */
export async function failedRequest(input: CommandInput, ctx: Context): Promise<Request | CommandResult> {
  const config = await ctx.get(HEALTH_CONFIG);
  const start = await readStart(input, ctx, { writes: true });
  if (start === null) return { data: { answer: 'none' }, text: 'Nothing runs from here.\n' };
  const answer = await answerTo(start, config, ctx);
  if (answer.kind !== 'back') return conclude(start, answer, config, ctx);
  const { system, booted } = start;
  const others = system.deployments.filter((one) => one !== answer.to && one.state !== 'staged');
  const request = systemRequest('boot-failed', system, booted.target.os, ctx);
  const order = [answer.to, ...others].map(({ id }) => id);
  return { ...request, from: 'deploy', deploy: { ...request.deploy, order } };
}

/** Behind the change of the default. */
export async function failedResult(_outcome: Outcome, input: CommandInput, ctx: Context): Promise<CommandResult> {
  const start = await readStart(input, ctx);
  const to = start?.system.deployments[0];
  if (start === null || to === undefined) return { data: { answer: 'none' }, text: 'Nothing runs from here.\n' };
  return conclude(start, { kind: 'back', to }, await ctx.get(HEALTH_CONFIG), ctx);
}

async function conclude(start: Start, answer: Answer, config: HealthConfig, ctx: Context): Promise<CommandResult> {
  const { booted, health, system } = start;
  const gone = answer.kind === 'loader' || answer.kind === 'back' || answer.kind === 'stay';
  const failures = (health?.checks ?? []).filter(({ required, passed }) => required && !passed);
  const reason = failures.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
  const replacedBy = answer.kind === 'loader' ? answer.next.id : answer.kind === 'back' ? answer.to.id : null;
  if (answer.kind !== 'keep') {
    const changes: Partial<DeploymentHealth> = {
      state: gone ? 'failed' : 'trying',
      failedStarts: withThisStart(start),
      reason: reason === '' ? 'a unit that boot-complete.target requires failed' : reason,
      replacedBy,
    };
    remember(start, [await entryOf(booted, health, changes, system, ctx)], ctx);
  }
  const red = await runScripts('red.d', config, ctx);
  for (const { name, detail } of red.filter(({ passed }) => !passed)) ctx.progress.message(`${name}: ${detail}`);
  const restarts = config.restart && ['again', 'loader', 'back'].includes(answer.kind);
  return {
    data: { answer: answer.kind, deployment: booted.id, next: replacedBy, restart: restarts },
    text: `${wordsOf(answer, config)}${restarts ? ' The machine restarts.' : ''}\n`,
    ...(restarts ? { reboot: true } : {}),
  };
}

function wordsOf(answer: Answer, { attempts }: HealthConfig): string {
  switch (answer.kind) {
    case 'keep':
      return 'This system is not healthy, and was once: it stays. `ostrata rollback` goes back.';
    case 'again':
      return `This system is not healthy (${answer.failed} of ${attempts} starts).`;
    case 'loader':
      return `This system is not healthy, and the boot loader starts ${answer.next.id} in its place.`;
    case 'back':
      return `This system is not healthy after ${attempts} starts: ${answer.to.id} is the default now.`;
    case 'stay':
      return 'This system is not healthy, and there is no deployment to go back to: it stays.';
  }
}
