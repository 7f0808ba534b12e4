import type { CommandInput, CommandResult, Context, Outcome, Request } from '@ostrata/contract';
import { Flags, readStateroot } from '@ostrata/system-verbs';
import { checkDriver, registerDriver } from '../driver/driver.ts';
import { clientError } from '../errors.ts';
import { excludes } from '../exclude.ts';
import { followedBranch, originOf } from '../origin.ts';
import { updateRequest } from './request.ts';
import { updateResult } from './result.ts';
import { parseRevision } from './revision.ts';

export async function deployRequest(input: CommandInput, ctx: Context): Promise<Request | CommandResult> {
  const flags = new Flags(input);
  excludes(flags, ['reboot', 'preview'], ['reboot', 'download-only']);
  const name = flags.text('register-driver');
  const revisionText = String(input.args['revision'] ?? '');
  if (name === undefined && revisionText === '') {
    throw clientError('CLIENT_USAGE', 'It is not said what is to be deployed.', {
      hint: 'Write version=V or revision=CHECKSUM.',
    });
  }
  const system = await readStateroot(input, ctx, { writes: revisionText !== '' });
  if (!flags.is('preview')) await checkDriver(system, flags, ctx);
  if (name !== undefined) {
    const driver = registerDriver(name, system);
    if (revisionText === '') {
      const text = `${driver.name} (${driver.unit}) drives updates from now on.\n`;
      return { data: { status: 'registered', 'update-driver': { ...driver } }, text };
    }
  }
  const origin = originOf(system.followed);
  const branch = followedBranch(origin, system.followed);
  const held = origin.overrideCommit;
  const revision = parseRevision(revisionText);
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
