import { resolve } from 'node:path';
import type { CommandInput, CommandResult, Context } from '@ostrata/contract';
import { Flags } from '@ostrata/system-verbs';
import { keyValues } from '../report/key-values.ts';
import { isoTime } from '../report/version-line.ts';
import { type HistoryEntry, readHistory } from './history-file.ts';

/** How many are shown unless it is said, as with `rpm-ostree ex history`. */
const LIMIT = 3;

/** The deployments that were made for a system, the latest first. */
export async function history(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const flags = new Flags(input);
  const sysroot = resolve(flags.text('sysroot') ?? '/');
  const own = readHistory(ctx).filter((entry) => entry.sysroot === sysroot);
  const shown = flags.is('all') ? own : own.slice(0, flags.number('limit') ?? LIMIT);
  const left = own.length - shown.length;
  const rest = left === 0 ? '' : `\n${left} older ${left === 1 ? 'entry' : 'entries'} hidden. Use --all to show all.\n`;
  const text = shown.length === 0 ? 'No deployment was made here.\n' : `${shown.map(render).join('\n')}${rest}`;
  return { data: { entries: shown }, text };
}

function render({ time, command, deployment, checksum, version, staged }: HistoryEntry): string {
  return `${isoTime(time)}\n${keyValues([
    ['Command', command === '' ? 'unknown' : command],
    ['Deployment', staged ? `${deployment} (staged)` : deployment],
    ...(version === null ? [] : [['Version', version] as const]),
    ['Commit', checksum],
  ])}`;
}
