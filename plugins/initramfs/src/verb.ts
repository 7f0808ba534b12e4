import type { CommandInput, CommandResult, Context, Outcome, Request } from '@ostrata/contract';
import { deployedResult, Flags, readStateroot, systemRequest, unchangedResult } from '@ostrata/system-verbs';
import { initramfsError } from './errors.ts';
import { imageOf } from './taps.ts';
import { checkOverlay, type InitramfsWish, isSameWish, parseOrigin, setWish, wishOf } from './wish.ts';

export async function initramfsRequest(input: CommandInput, ctx: Context): Promise<Request | CommandResult> {
  const flags = new Flags(input);
  checkFlags(flags);
  const writes = flags.is('enable') || flags.is('disable');
  const system = await readStateroot(input, ctx, { writes });
  const origin = parseOrigin(system.followed.target.origin);
  const before = wishOf(origin);
  if (!writes) return shown(before);
  const wish = { enabled: flags.is('enable'), args: flags.list('arg') };
  if (isSameWish(before, wish)) {
    return unchangedResult(`Initramfs regeneration is already ${wordOf(wish)}.\n`, flags, { ...wish });
  }
  setWish(origin, wish);
  checkOverlay(origin);
  const request = systemRequest('initramfs', system, system.os, ctx);
  const image = await imageOf(system.repository, system.followed.target.commit, ctx);
  return {
    ...request,
    base: { rev: image, pullFrom: null },
    deploy: {
      ...request.deploy,
      origin: origin.toString(),
      ...(flags.is('lock-finalization') ? { lock: true } : {}),
    },
  };
}

function checkFlags(flags: Flags): void {
  const refuse = (message: string, hint: string) => {
    throw initramfsError('INITRAMFS_USAGE', message, { hint });
  };
  const [enable, disable] = [flags.is('enable'), flags.is('disable')];
  if (enable && disable) refuse('--enable and --disable exclude one another.', 'Give one of them.');
  if (!enable && flags.list('arg').length > 0) refuse('--arg was given without --enable.', 'Add --enable.');
  if (!enable && !disable && flags.is('reboot')) {
    refuse('--reboot was given, and nothing is to be changed.', 'Add --enable or --disable.');
  }
}

const wordOf = ({ enabled }: InitramfsWish): string => (enabled ? 'enabled' : 'disabled');

function shown(wish: InitramfsWish): CommandResult {
  const args = wish.args.length > 0 ? `Initramfs args: ${wish.args.join(' ')}\n` : '';
  return { data: { ...wish }, text: `Initramfs regeneration: ${wordOf(wish)}\n${args}` };
}

export async function initramfsResult(outcome: Outcome, input: CommandInput): Promise<CommandResult> {
  const wish = wishOf(parseOrigin(outcome.deployment?.target.origin ?? ''));
  const reset = wish.enabled ? '' : 'Initramfs will be reset to default on next reboot.\n';
  return deployedResult(outcome, `Initramfs regeneration is now: ${wordOf(wish)}\n${reset}`, new Flags(input));
}
