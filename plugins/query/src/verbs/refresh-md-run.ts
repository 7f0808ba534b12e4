import type { CommandResult, Context } from '@ostrata/contract';
import { timeText } from '../format/units.ts';
import type { Input } from '../input.ts';
import { refreshAll } from '../repositories/open.ts';
import { enabled } from '../repositories/select.ts';

/** `ostrata refresh-md`: brings the metadata of enabled repositories into the cache. */
export async function runRefreshMd(input: Input, ctx: Context): Promise<CommandResult> {
  const definitions = await enabled(input, ctx);
  const snapshots = await refreshAll(definitions, input.flag('cacheonly'), ctx);
  const data = snapshots.map(({ source, digest, timestamp, packages }) => ({
    id: source.id,
    digest,
    timestamp,
    packages,
  }));
  const lines = data.map(({ id, timestamp, packages }) => `${id}: ${packages} packages of ${timeText(timestamp)}\n`);
  return { data, text: lines.join('') };
}
