import {
  type CommandResult,
  type Context,
  type Json,
  PACKAGE_FORMAT,
  type Relation,
  type RelationKind,
} from '@ostrata/contract';
import { Catalog } from '../catalog/catalog.ts';
import { rangeOf } from '../catalog/dependencies.ts';
import { latest } from '../catalog/latest.ts';
import { providersOf } from '../catalog/providers.ts';
import { queryError } from '../errors.ts';
import { infoText } from '../format/info.ts';
import { fullNevra, relationText, shortNevra } from '../format/nevra.ts';
import { queryFormat, TAG_NAMES } from '../format/query-format.ts';
import { packageRecord } from '../format/record.ts';
import type { Input } from '../input.ts';
import { type OpenRepository, openRepositories } from '../repositories/open.ts';
import { changelogText } from './changelogs.ts';
import { deplist } from './deplist.ts';
import { selectPackages } from './repoquery-select.ts';
import { treeText } from './tree.ts';

const KIND_FLAGS: { readonly [flag: string]: readonly RelationKind[] } = {
  provides: ['provides'],
  requires: ['requires'],
  'requires-pre': ['requires'],
  conflicts: ['conflicts'],
  obsoletes: ['obsoletes'],
  recommends: ['recommends'],
  suggests: ['suggests'],
  supplements: ['supplements'],
  enhances: ['enhances'],
  depends: ['requires', 'enhances', 'suggests', 'supplements', 'recommends'],
};

/** Opens a catalog of all repositories that count. */
export async function openCatalog(
  input: Input,
  ctx: Context,
): Promise<{ catalog: Catalog; repositories: OpenRepository[] }> {
  const repositories = await openRepositories(input, ctx);
  const { compare } = await ctx.get(PACKAGE_FORMAT, 'rpm');
  return {
    catalog: new Catalog(
      repositories.map(({ table }) => table),
      compare,
    ),
    repositories,
  };
}

/** `ostrata repoquery`. Nothing found is no error. */
export async function runRepoquery(input: Input, ctx: Context): Promise<CommandResult> {
  if (input.flag('querytags')) return { data: [...TAG_NAMES], text: `${TAG_NAMES.join('\n')}\n` };
  const kind = kindFlag(input);
  const format = formatOf(input);
  const { catalog, repositories } = await openCatalog(input, ctx);
  const { selected, base } = await selectPackages(catalog, input, ctx);
  if (input.flag('tree'))
    return treeText(catalog, selected, base, kind === null ? null : KIND_FLAGS[kind]!, input, ctx);
  if (kind !== null) {
    const relations = relationsOf(catalog, selected, kind);
    if (!input.flag('resolve')) return lines(relations.map(relationText));
    const providers = await resolve(catalog, relations, input.flag('recursive'), ctx);
    return packages(catalog, latest(catalog, providers, 1), format, input);
  }
  if (input.flag('deplist')) return deplist(catalog, selected, ctx);
  if (input.flag('location')) return lines([...selected].map((p) => locationOf(catalog, p, repositories)));
  if (input.flag('source')) return lines([...selected].map((p) => catalog.details(p).sourcePackage || '(none)'));
  if (input.flag('list')) return fileLists(catalog, selected, ctx);
  if (input.flag('changelogs')) return changelogText(catalog, selected, ctx);
  return packages(catalog, selected, format, input);
}

function kindFlag(input: Input): string | null {
  const given = Object.keys(KIND_FLAGS).filter((flag) => input.flag(flag));
  if (given.length <= 1) return given[0] ?? null;
  throw queryError('QUERY_OPTIONS', `--${given.join(' and --')} do not go together.`, {
    hint: 'Ask for one kind of dependency, or for --depends.',
    data: { flags: given },
  });
}

function formatOf(input: Input): (catalog: Catalog, p: number) => string {
  const format = input.text('qf') ?? input.text('queryformat');
  if (format !== null) return queryFormat(format);
  if (input.flag('info')) return infoText;
  if (input.flag('nvr')) return queryFormat('%{name}-%{version}-%{release}');
  if (input.flag('envra')) return queryFormat('%{epoch}:%{name}-%{version}-%{release}.%{arch}');
  return fullNevra;
}

function packages(
  catalog: Catalog,
  found: ReadonlySet<number>,
  format: (catalog: Catalog, p: number) => string,
  input: Input,
): CommandResult {
  const ordered = inOrder(catalog, found);
  const texts = [...new Set(ordered.map((p) => format(catalog, p)))].sort();
  const separator = input.flag('info') ? '\n\n' : '\n';
  return {
    // Records of all packages of a distribution take their time.
    data: input.flag('json') ? ordered.map((p) => packageRecord(catalog, p, input.flag('info'))) : null,
    text: texts.length === 0 ? '' : `${texts.join(separator)}\n`,
  };
}

function inOrder(catalog: Catalog, found: Iterable<number>): number[] {
  return [...found]
    .map((p) => [fullNevra(catalog, p), p] as const)
    .sort(([a, p], [b, q]) => (a < b ? -1 : a > b ? 1 : p - q))
    .map(([, p]) => p);
}

function lines(all: readonly string[]): CommandResult {
  const different = [...new Set(all)].sort();
  return { data: different, text: different.map((line) => `${line}\n`).join('') };
}

function relationsOf(catalog: Catalog, found: Iterable<number>, flag: string): Relation[] {
  const relations: Relation[] = [];
  for (const p of found) {
    const { table, index } = catalog.at(p);
    for (const kind of KIND_FLAGS[flag]!) {
      const all = table.relations(index, kind);
      relations.push(...(flag === 'requires-pre' ? all.filter(({ pre }) => pre === true) : all));
    }
  }
  return relations;
}

async function resolve(
  catalog: Catalog,
  relations: readonly Relation[],
  recursive: boolean,
  ctx: Context,
): Promise<Set<number>> {
  const done = await providersOf(catalog, relations.map(rangeOf), ctx);
  for (let fresh: ReadonlySet<number> = done; recursive && fresh.size > 0; ) {
    ctx.signal.throwIfAborted();
    const more = await providersOf(catalog, relationsOf(catalog, fresh, 'requires').map(rangeOf), ctx);
    fresh = new Set([...more].filter((p) => !done.has(p)));
    for (const p of fresh) done.add(p);
  }
  return done;
}

/** Below the first base URL of the repository, where it has one. */
function locationOf(catalog: Catalog, p: number, repositories: readonly OpenRepository[]): string {
  const { table, index } = catalog.at(p);
  const { location } = table.planned(index, 'requested');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return location;
  const urls = repositories.find((one) => one.table === table)?.snapshot.source.options['baseurl'];
  const base = [urls].flat()[0];
  if (typeof base !== 'string') return location;
  const url = base.startsWith('/') ? `file://${base}` : base;
  return `${url.replace(/\/+$/, '')}/${location}`;
}

async function fileLists(catalog: Catalog, found: ReadonlySet<number>, ctx: Context): Promise<CommandResult> {
  await Promise.all(catalog.tables.filter((table) => !table.filesComplete).map((table) => table.loadFiles(ctx)));
  const ordered = inOrder(catalog, found);
  for (const p of ordered) {
    if (catalog.files(p).length === 0) ctx.progress.message(`${shortNevra(catalog, p)} contains no files.`);
  }
  const data: Json[] = ordered.map((p) => ({
    nevra: shortNevra(catalog, p),
    repo: catalog.repo(p),
    files: [...catalog.files(p)],
  }));
  return { ...lines(ordered.flatMap((p) => [...catalog.files(p)])), data };
}
