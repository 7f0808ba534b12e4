import type { CommandInput, CommandResult, Context, Outcome, Request } from '@ostrata/contract';
import { Flags, readStateroot } from '@ostrata/system-verbs';
import { excludes } from '../exclude.ts';
import { followedBranch, originOf } from '../origin.ts';
import { updateRequest } from './request.ts';
import { updateResult } from './result.ts';
import { parseRevision } from './revision.ts';

export async function deployRequest(input: CommandInput, ctx: Context): Promise<Request> {
  const flags = new Flags(input);
  excludes(flags, ['reboot', 'preview'], ['reboot', 'download-only']);
  const system = await readStateroot(input, ctx);
  const origin = originOf(system.followed);
  const branch = followedBranch(origin, system.followed);
  const held = origin.overrideCommit;
  const revision = parseRevision(String(input.args['revision']));
  return updateRequest(
    {
      command: 'deploy',
      origin,
      branch,
      revision,
      onBranch: !flags.is('skip-branch-check'),
      allowOlder: !flags.is('disallow-downgrade'),
      always: 'checksum' in revision && held !== null && held !== revision.checksum,
    },
    system,
    flags,
    ctx,
  );
}

export async function deployResult(outcome: Outcome, input: CommandInput, ctx: Context): Promise<CommandResult> {
  return updateResult(outcome, { unchanged: 'No change.\n' }, new Flags(input), ctx);
}
