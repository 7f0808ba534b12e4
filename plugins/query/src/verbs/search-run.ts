import type { CommandResult, Context } from '@ostrata/contract';
import { globToRegExp, isGlob } from '@ostrata/package-spec';
import type { Catalog } from '../catalog/catalog.ts';
import { latest } from '../catalog/latest.ts';
import { packageRecord } from '../format/record.ts';
import type { Input } from '../input.ts';
import { openCatalog } from './repoquery-run.ts';

const FIELDS = ['name', 'summary', 'description', 'url'] as const;
type Field = (typeof FIELDS)[number];
const TITLES: Readonly<Record<Field, string>> = {
  name: 'Name',
  summary: 'Summary',
  description: 'Description',
  url: 'URL',
};

interface Hit {
  readonly p: number;
  /** Where words were found. */
  readonly fields: readonly Field[];
  /** Words that were found. */
  readonly words: readonly string[];
  /** The name is one of the words. */
  readonly exact: boolean;
}

/** `ostrata search`: packages by words in names and summaries, and with `--all` in descriptions and URLs. */
export async function runSearch(input: Input, ctx: Context): Promise<CommandResult> {
  const words = input.words('term');
  const everywhere = input.flag('all');
  const { catalog } = await openCatalog(input, ctx);
  const hits = findHits(catalog, words, everywhere).sort((a, b) => better(catalog, a, b));
  if (hits.length === 0) return { data: [], text: 'No matches found.\n' };
  const groups = Map.groupBy(hits, titleOf);
  const text = [...groups].map(([title, members]) => {
    const rule = '='.repeat(Math.max(3, Math.floor((78 - title.length) / 2)));
    const lines = members.map(({ p }) => `${catalog.name(p)}.${catalog.arch(p)} : ${catalog.summary(p)}\n`);
    return `${rule} ${title} ${rule}\n${[...new Set(lines)].join('')}`;
  });
  const data = hits.map(({ p, fields, words: found, exact }) => ({
    ...packageRecord(catalog, p, false),
    matched: { fields: [...fields], words: [...found], exact },
  }));
  return { data, text: text.join('') };
}

/** Every word must be somewhere, or with `everywhere` any; of each name and architecture the newest. */
function findHits(catalog: Catalog, words: readonly string[], everywhere: boolean): Hit[] {
  const tests = words.map((word) => {
    const folded = word.toLowerCase();
    const glob = isGlob(folded) ? globToRegExp(folded) : null;
    return { word, fits: (text: string) => (glob === null ? text.includes(folded) : glob.test(text)) };
  });
  const fields = everywhere ? FIELDS : FIELDS.slice(0, 2);
  const hits = new Map<number, Hit>();
  for (let p = 0; p < catalog.count; p++) {
    const texts = fields.map((field) => [field, textOf(catalog, p, field).toLowerCase()] as const);
    const found = tests.filter(({ fits }) => texts.some(([, text]) => fits(text)));
    if (found.length === 0 || (!everywhere && found.length < tests.length)) continue;
    const where = texts.filter(([, text]) => found.some(({ fits }) => fits(text))).map(([field]) => field);
    const name = catalog.name(p).toLowerCase();
    const exact = words.some((word) => word.toLowerCase() === name);
    hits.set(p, { p, fields: where, words: found.map(({ word }) => word), exact });
  }
  const newest = latest(catalog, hits.keys(), 1);
  const shown = new Map([...newest].map((p) => [`${catalog.name(p)}.${catalog.arch(p)}`, hits.get(p)!]));
  return [...shown.values()];
}

function textOf(catalog: Catalog, p: number, field: Field): string {
  if (field === 'name') return catalog.name(p);
  return field === 'summary' ? catalog.summary(p) : catalog.details(p)[field];
}

function titleOf({ fields, words, exact }: Hit): string {
  const where = fields.map((field) => TITLES[field]).join(' & ');
  return `${where} ${exact && fields.length === 1 ? 'Exactly ' : ''}Matched: ${words.join(', ')}`;
}

/** Exact names first, then more words, names before summaries, both before one, and names in order. */
function better(catalog: Catalog, a: Hit, b: Hit): number {
  const rank = ({ fields }: Hit) => (fields.includes('name') ? 10 : 0) + fields.length;
  const order = Number(b.exact) - Number(a.exact) || b.words.length - a.words.length || rank(b) - rank(a);
  if (order !== 0) return order;
  const [x, y] = [`${catalog.name(a.p)}.${catalog.arch(a.p)}`, `${catalog.name(b.p)}.${catalog.arch(b.p)}`];
  return x < y ? -1 : x > y ? 1 : 0;
}
