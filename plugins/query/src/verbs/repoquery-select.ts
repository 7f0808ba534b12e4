import type { Context, RelationKind } from '@ostrata/contract';
import { isGlob, nameMatcher } from '@ostrata/package-spec';
import type { Catalog } from '../catalog/catalog.ts';
import { aboutPackages, aboutText, readRange } from '../catalog/dependencies.ts';
import { latest } from '../catalog/latest.ts';
import { isFilePattern, named } from '../catalog/names.ts';
import { loadFileLists, ownersOfPaths } from '../catalog/paths.ts';
import { providersOf } from '../catalog/providers.ts';
import { sourceName } from '../format/query-format.ts';
import type { Input } from '../input.ts';

type Packages = Set<number>;

const WEAK_KINDS = ['recommends', 'enhances', 'supplements', 'suggests'] as const satisfies readonly RelationKind[];

/** The packages that a query is about, in the steps of `dnf repoquery`. `base` are those of the wanted architectures. */
export async function selectPackages(
  catalog: Catalog,
  input: Input,
  ctx: Context,
): Promise<{ readonly selected: Packages; readonly base: Packages }> {
  const all = new Set(catalog.all);
  const keys = input.words('key');
  let found = keys.length === 0 || input.flag('all') ? all : await ofKeys(catalog, keys, ctx);
  const archs = [...input.list('arch'), ...input.list('archlist')].map(nameMatcher);
  const fits = (p: number) => archs.length === 0 || archs.some((matches) => matches(catalog.arch(p)));
  found = keep(found, fits);
  const base = found;
  const files = input.values('file');
  if (files.length > 0) {
    await loadFileLists(catalog, files, ctx);
    found = both(found, ownersOfPaths(catalog, files));
  }
  const obsoleted = input.list('whatobsoletes');
  if (obsoleted.length > 0) found = both(found, aboutText(catalog, 'obsoletes', obsoleted));
  const provided = input.list('whatprovides');
  if (provided.length > 0) found = both(found, await whatProvides(catalog, provided, ctx));
  for (const kind of ['conflicts', ...WEAK_KINDS] as const) {
    const texts = input.list(`what${kind}`);
    if (texts.length > 0) found = both(found, await depending(catalog, found, [kind], texts, false, ctx));
  }
  const exact = input.flag('exactdeps');
  for (const [flag, kinds] of [
    ['whatrequires', ['requires']],
    ['whatdepends', ['requires', ...WEAK_KINDS]],
  ] as const) {
    const texts = input.list(flag);
    if (texts.length === 0) continue;
    const inside = found;
    found = both(inside, await depending(catalog, inside, kinds, texts, exact, ctx));
    if (input.flag('recursive') && !exact) found = await andTheirs(catalog, inside, found, ctx);
  }
  const limit = input.number('latest-limit');
  if (limit !== null && limit !== 0) found = latest(catalog, found, limit);
  if (input.flag('srpm')) found = sourcesOf(catalog, found);
  return { selected: found, base };
}

async function ofKeys(catalog: Catalog, keys: readonly string[], ctx: Context): Promise<Packages> {
  const found = new Set<number>();
  for (const key of keys) {
    const packages: Iterable<number> = named(catalog, key, { ignoreCase: true });
    for (const p of packages) found.add(p);
    if (!isFilePattern(key)) continue;
    await loadFileLists(catalog, [key], ctx);
    for (const p of ownersOfPaths(catalog, [key])) found.add(p);
  }
  return found;
}

/** By provisions, or else by files. */
async function whatProvides(catalog: Catalog, texts: readonly string[], ctx: Context): Promise<Packages> {
  const found = aboutText(catalog, 'provides', texts);
  const plain = texts.filter((text) => !isGlob(text) && !text.startsWith('/'));
  for (const p of await providersOf(catalog, plain.map(readRange), ctx)) found.add(p);
  const paths = texts.filter(isFilePattern);
  if (paths.length > 0) {
    await loadFileLists(catalog, paths, ctx);
    for (const p of ownersOfPaths(catalog, paths)) found.add(p);
  }
  return found;
}

/** Packages with dependencies on texts, or on what packages of these names provide; `exact`: only the former. */
async function depending(
  catalog: Catalog,
  inside: Packages,
  kinds: readonly RelationKind[],
  texts: readonly string[],
  exact: boolean,
  ctx: Context,
): Promise<Packages> {
  const found = new Set<number>();
  const targets = exact ? new Set<number>() : both(new Set(texts.flatMap((text) => named(catalog, text))), inside);
  for (const kind of kinds) {
    for (const p of aboutText(catalog, kind, texts)) found.add(p);
    for (const p of await aboutPackages(catalog, kind, targets, ctx)) found.add(p);
  }
  return found;
}

/** What requires these, and what requires that. */
async function andTheirs(catalog: Catalog, inside: Packages, from: Packages, ctx: Context): Promise<Packages> {
  const done = new Set(from);
  for (let fresh = from; fresh.size > 0; ) {
    ctx.signal.throwIfAborted();
    const more = both(await aboutPackages(catalog, 'requires', fresh, ctx), inside);
    fresh = keep(more, (p) => !done.has(p));
    for (const p of fresh) done.add(p);
  }
  return done;
}

function sourcesOf(catalog: Catalog, packages: Packages): Packages {
  const wanted = new Set([...packages].map((p) => `${sourceName(catalog.details(p).sourcePackage)} ${catalog.evr(p)}`));
  return new Set(
    catalog.all.filter((p) => catalog.arch(p) === 'src' && wanted.has(`${catalog.name(p)} ${catalog.evr(p)}`)),
  );
}

function keep(packages: Packages, fits: (p: number) => boolean): Packages {
  return new Set([...packages].filter(fits));
}

function both(a: Packages, b: Packages): Packages {
  return keep(a, (p) => b.has(p));
}
