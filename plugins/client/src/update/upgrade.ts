import type { CommandInput, CommandResult, Context, Outcome, Request } from '@ostrata/contract';
import { Flags, readStateroot } from '@ostrata/system-verbs';
import { checkDriver } from '../driver/driver.ts';
import { excludes } from '../exclude.ts';
import { followedBranch, originOf } from '../origin.ts';
import { updateRequest } from './request.ts';
import { updateResult } from './result.ts';

export async function upgradeRequest(input: CommandInput, ctx: Context): Promise<Request> {
  const flags = new Flags(input);
  excludes(flags, ['reboot', 'preview'], ['reboot', 'check'], ['reboot', 'download-only']);
  const system = await readStateroot(input, ctx);
  await checkDriver(system, flags, ctx);
  const origin = originOf(system.followed);
  const branch = followedBranch(origin, system.followed);
  const allowOlder = flags.is('allow-downgrade');
  return updateRequest({ command: 'upgrade', origin, branch, allowOlder, always: false }, system, flags, ctx);
}

export async function upgradeResult(outcome: Outcome, input: CommandInput, ctx: Context): Promise<CommandResult> {
  return updateResult(outcome, { unchanged: 'No upgrade available.\n' }, new Flags(input), ctx);
}
