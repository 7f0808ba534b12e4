import { type CommandInput, type CommandResult, type Context, DEPLOYER } from '@ostrata/contract';
import { Flags, readSystem } from '@ostrata/system-verbs';
import { clientError } from './errors.ts';

/** Allows the staged deployment to be finished, and restarts the machine, which finishes it. */
export async function finalizeDeployment(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const flags = new Flags(input);
  const { deployments, sysroot } = await readSystem(input, ctx, { writes: true });
  const staged = deployments.find(({ state }) => state === 'staged');
  const refuse = (message: string, hint: string): never => {
    throw clientError('CLIENT_STAGED', message, { hint, data: { staged: staged?.id ?? null } });
  };
  if (staged === undefined)
    return refuse(`No deployment waits for shutdown below ${sysroot}.`, 'Stage one with `ostrata upgrade`.');
  const wanted = input.args['checksum'];
  if (wanted === undefined && !flags.is('allow-missing-checksum')) {
    return refuse(
      'It is not said which commit is expected.',
      `Give ${staged.target.commit}, or --allow-missing-checksum.`,
    );
  }
  if (wanted !== undefined && wanted !== staged.target.commit) {
    return refuse(
      `The staged deployment has the commit ${staged.target.commit} and not ${wanted}.`,
      'Look at `ostrata status`.',
    );
  }
  if (!staged.locked && !flags.is('allow-unlocked')) {
    return refuse(
      'The staged deployment is not locked.',
      'It is finished at the next shutdown; --allow-unlocked restarts now.',
    );
  }
  if (staged.locked) await (await ctx.get(DEPLOYER)).lockStaged(sysroot, false, ctx);
  return { data: { deployment: staged.id }, text: 'The staged deployment is finished by the restart.\n', reboot: true };
}
