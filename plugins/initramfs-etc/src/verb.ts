import type { CommandInput, CommandResult, Context, Outcome, Request } from '@ostrata/contract';
import { deployedResult, Flags, readStateroot, redeployRequest, unchangedResult } from '@ostrata/system-verbs';
import { etcError } from './errors.ts';
import { changeTracked, checkNotRegenerated, parseOrigin, trackedFiles } from './tracked.ts';

export async function initramfsEtcRequest(input: CommandInput, ctx: Context): Promise<Request | CommandResult> {
  const flags = new Flags(input);
  const changes = {
    track: flags.list('track'),
    untrack: flags.list('untrack'),
    untrackAll: flags.is('untrack-all'),
  };
  const force = flags.is('force-sync');
  const asks = force || changes.untrackAll || changes.track.length + changes.untrack.length > 0;
  if (!asks && flags.is('reboot')) {
    throw etcError('INITRAMFS_ETC_USAGE', '--reboot was given, and nothing is to be changed.', {
      hint: 'Add --track, --untrack, --untrack-all or --force-sync.',
    });
  }
  const system = await readStateroot(input, ctx, { writes: asks });
  const origin = parseOrigin(system.followed.target.origin);
  if (!asks) return list(trackedFiles(origin));
  const changed = changeTracked(origin, changes);
  const files = trackedFiles(origin);
  checkNotRegenerated(origin, files);
  if (!changed && !(force && files.length > 0)) return unchangedResult('No changes.\n', flags, { files });
  return redeployRequest('initramfs-etc', system, { origin: origin.toString() }, flags, ctx);
}

function list(files: readonly string[]): CommandResult {
  const text =
    files.length === 0 ? 'No tracked files.\n' : `Tracked files:\n${files.map((one) => `  ${one}\n`).join('')}`;
  return { data: { files }, text };
}

export async function initramfsEtcResult(outcome: Outcome, input: CommandInput): Promise<CommandResult> {
  const files = trackedFiles(parseOrigin(outcome.deployment?.target.origin ?? ''));
  const what = files.length === 0 ? 'no file of /etc' : files.join(', ');
  const result = deployedResult(outcome, `The initramfs will have ${what}.\n`, new Flags(input));
  return { ...result, data: { ...(result.data as object), files } };
}
