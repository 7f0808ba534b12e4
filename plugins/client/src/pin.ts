import { type CommandInput, type CommandResult, type Context, DEPLOYER, type Deployment } from '@ostrata/contract';
import { Flags, readSystem, type System, systemError } from '@ostrata/system-verbs';
import { clientError } from './errors.ts';

export async function pin(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const wanted = !new Flags(input).is('unpin');
  const system = await readSystem(input, ctx, { writes: true });
  const words = input.args['deployment'] as readonly string[];
  const found = words.map((word) => deploymentOf(system, word));
  const deployer = await ctx.get(DEPLOYER);
  const lines: string[] = [];
  for (const [index, deployment] of found.entries()) {
    const isPinned = deployment.pinned ?? false;
    if (isPinned !== wanted) await deployer.pin(deployment, wanted, ctx);
    const [already, state] = [isPinned === wanted ? 'already' : 'now', wanted ? 'pinned' : 'unpinned'];
    lines.push(`Deployment ${words[index]} is ${already} ${state}\n`);
  }
  return { data: { deployments: found.map(({ id }) => id), pinned: wanted }, text: lines.join('') };
}

/** By number, or `booted`, `pending`, `rollback`. Throws SYSTEM_INDEX, CLIENT_USAGE. */
function deploymentOf({ deployments, booted }: System, word: string): Deployment {
  const at = booted === null ? -1 : deployments.indexOf(booted);
  const own = (one: Deployment) => one.target.os === booted?.target.os;
  const places: { readonly [word: string]: Deployment | undefined } = {
    booted: booted ?? undefined,
    pending: deployments.slice(0, Math.max(at, 0)).find(own),
    rollback: at < 0 ? undefined : deployments.slice(at + 1).find(own),
  };
  const isPlace = Object.hasOwn(places, word);
  if (!isPlace && !/^\d{1,6}$/.test(word)) {
    throw clientError('CLIENT_USAGE', `${JSON.stringify(word)} names no deployment.`, {
      hint: 'Give a number as `ostrata status --verbose` shows it, or booted, pending or rollback.',
    });
  }
  const found = isPlace ? places[word] : deployments[Number(word)];
  if (found !== undefined) return found;
  throw systemError('SYSTEM_INDEX', isPlace ? `There is no ${word} deployment.` : `There is no deployment ${word}.`, {
    hint: `There are ${deployments.length}; the first one has the number 0.`,
    data: { deployment: word },
  });
}
