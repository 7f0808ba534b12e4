import type { CommandResult, Context, Json } from '@ostrata/contract';
import type { Catalog } from '../catalog/catalog.ts';
import { shortNevra } from '../format/nevra.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What changed in packages, the latest first. */
export async function changelogText(
  catalog: Catalog,
  found: ReadonlySet<number>,
  ctx: Context,
): Promise<CommandResult> {
  const readers = new Map(
    await Promise.all(
      catalog.tables.map(async (table) => [table, (await table.changelogs?.(ctx)) ?? (() => [])] as const),
    ),
  );
  const data: Json[] = [];
  const texts: string[] = [];
  for (const p of found) {
    const { table, index } = catalog.at(p);
    const entries = readers.get(table)!(index);
    const nevra = shortNevra(catalog, p);
    data.push({ nevra, repo: catalog.repo(p), changelog: entries.map((entry) => ({ ...entry })) });
    const blocks = entries.map(({ time, author, text }) => `* ${dayText(time)} ${author}\n${text}\n`);
    texts.push([`Changelog for ${nevra}`, ...blocks].join('\n'));
  }
  return {
    data,
    text: texts
      .sort()
      .map((text) => `${text}\n`)
      .join(''),
  };
}

function dayText(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${date.getUTCFullYear()}`;
}
