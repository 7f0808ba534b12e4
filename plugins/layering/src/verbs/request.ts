import type { CommandInput, CommandResult, Context, Json, Request } from '@ostrata/contract';
import { Flags, readStateroot, type Stateroot, systemRequest, unchangedResult } from '@ostrata/system-verbs';
import { imageOf, withStore } from '../base/open.ts';
import { layeringError } from '../errors.ts';
import { applyChange, type Change, filesOf } from '../model/change.ts';
import { resetInitramfs } from '../model/initramfs.ts';
import { readLayers } from '../model/layers.ts';
import { parseOrigin } from '../taps/complete.ts';

/** A request for the same image with other layers. Nothing is pulled. */
export async function layersRequest(
  command: string,
  change: Change,
  input: CommandInput,
  ctx: Context,
): Promise<Request | CommandResult> {
  const flags = new Flags(input);
  checkFlags(flags);
  const system = await readStateroot(input, ctx, { writes: !flags.is('dry-run') });
  if (changesNothing(system, change)) return unchangedResult('No change.\n', flags);
  const request = systemRequest(command, system, system.os, ctx);
  const { commit } = system.followed.target;
  return {
    ...request,
    until: flags.is('dry-run') ? 'resolve' : flags.is('download-only') ? 'acquire' : 'finalize',
    base: { rev: await withStore(system.repository, ctx, (store) => imageOf(store, commit)), pullFrom: null },
    cacheOnly: flags.is('cache-only'),
    deploy: {
      ...request.deploy,
      ...(flags.is('lock-finalization') ? { lock: true } : {}),
      extras: { layering: { change } as unknown as Json },
    },
  };
}

/** Mistakes are told before anything is begun; what files are is known only once they are read. */
function changesNothing({ followed }: Stateroot, change: Change): boolean {
  if (filesOf(change).length > 0 || change.override.freeze) return false;
  const origin = parseOrigin(followed.target.origin, followed);
  const layers = readLayers(origin);
  if (change.resetInitramfs) {
    const before = origin.toString();
    resetInitramfs(origin);
    if (origin.toString() !== before) return false;
  }
  return JSON.stringify(applyChange(layers, change, [])) === JSON.stringify(layers);
}

function checkFlags(flags: Flags): void {
  for (const [a, b] of [
    ['reboot', 'dry-run'],
    ['reboot', 'download-only'],
    ['dry-run', 'download-only'],
  ] as const) {
    if (flags.is(a) && flags.is(b)) throw usage(`--${a} and --${b} exclude one another.`, 'Give one of them.');
  }
}

export function usage(message: string, hint: string): Error {
  return layeringError('LAYERING_USAGE', message, { hint });
}
