import { COMPARISON, type Context, type Relation, type RelationKind } from '@ostrata/contract';
import { COMPARISON_BITS } from '@ostrata/package-columns';
import { globToRegExp, isGlob, parseRichDependency, RichDependencyError } from '@ostrata/package-spec';
import type { Catalog, Compare, Range } from './catalog.ts';
import { loadFileLists } from './paths.ts';

const { GREATER, EQUAL, LESS } = COMPARISON;

/** What `name`, or `name >= 1`, asks for. */
export function readRange(text: string): Range {
  const [, name, sign, evr] = /^(\S+)\s*(<=|>=|<|>|==?)\s*(\S+)$/.exec(text) ?? [];
  if (name === undefined) return { name: text, comparison: 0, evr: '' };
  const compare = (sign === '==' ? '=' : sign) as keyof typeof COMPARISON_BITS;
  return { name, comparison: COMPARISON_BITS[compare], evr: evr! };
}

export function rangeOf({ name, compare, evr }: Relation): Range {
  return compare === undefined || evr === undefined
    ? { name, comparison: 0, evr: '' }
    : { name, comparison: COMPARISON_BITS[compare], evr };
}

/** The simple dependencies within a rich one, and a simple one itself. What cannot be read has none. */
export function simpleParts(range: Range): Range[] {
  if (!range.name.startsWith('(')) return [range];
  try {
    return parseRichDependency<Range[]>(range.name, {
      name: (name) => [{ name, comparison: 0, evr: '' }],
      versioned: (name, compare, evr) => [{ name, comparison: COMPARISON_BITS[compare], evr }],
      combined: (left, _operator, right) => [...left, ...right],
    });
  } catch (error) {
    if (error instanceof RichDependencyError) return [];
    throw error;
  }
}

/** Whether two ranges have a version in common; a release that only one side names does not count (rpm, rpmds.c). */
export function overlap(a: Range, b: Range, compare: Compare): boolean {
  if ((a.comparison & b.comparison & (LESS | GREATER)) !== 0) return true;
  const bare = hasRelease(a.evr) !== hasRelease(b.evr);
  const order = Math.sign(compare(comparable(a.evr, bare), comparable(b.evr, bare)));
  if (order < 0) return (a.comparison & GREATER) !== 0 || (b.comparison & LESS) !== 0;
  if (order > 0) return (a.comparison & LESS) !== 0 || (b.comparison & GREATER) !== 0;
  return (a.comparison & b.comparison & EQUAL) !== 0;
}

function hasRelease(evr: string): boolean {
  return evr.includes('-');
}

function comparable(evr: string, withoutRelease: boolean): string {
  const text = withoutRelease && hasRelease(evr) ? evr.slice(0, evr.lastIndexOf('-')) : evr;
  return /^\d+:/.test(text) ? text : `0:${text}`;
}

/** Packages of which a dependency of a kind is about what a text names: a name or pattern, with or without versions. */
export function aboutText(catalog: Catalog, kind: RelationKind, texts: readonly string[]): Set<number> {
  const wanted = texts.map((text) => {
    const asked = readRange(text);
    const glob = isGlob(asked.name) ? globToRegExp(asked.name) : null;
    return { asked, fits: (name: string) => (glob === null ? name === asked.name : glob.test(name)) };
  });
  const found = catalog.withDependency(kind, (range) =>
    simpleParts(range).some((part) =>
      wanted.some(({ asked, fits }) => {
        if (!fits(part.name)) return false;
        // A requirement of any version is about every version; a provision without one is not.
        if (asked.comparison === 0 || (part.comparison === 0 && kind !== 'provides')) return true;
        return part.comparison !== 0 && overlap(part, asked, catalog.compare);
      }),
    ),
  );
  return kind === 'provides' ? withoutSources(catalog, found) : found;
}

/** Source packages provide nothing: nobody can require them. */
export function withoutSources(catalog: Catalog, packages: ReadonlySet<number>): Set<number> {
  return new Set([...packages].filter((p) => catalog.arch(p) !== 'src' && catalog.arch(p) !== 'nosrc'));
}

/** Packages of which a dependency of a kind is fulfilled by one of `targets`: by what it provides, or by a file of it. */
export async function aboutPackages(
  catalog: Catalog,
  kind: RelationKind,
  targets: ReadonlySet<number>,
  ctx: Context,
): Promise<Set<number>> {
  if (targets.size === 0) return new Set();
  const provided = new Map<string, Range[]>();
  const add = (range: Range) => {
    const known = provided.get(range.name);
    if (known === undefined) provided.set(range.name, [range]);
    else known.push(range);
  };
  for (const p of withoutSources(catalog, targets)) {
    add({ name: catalog.name(p), comparison: EQUAL, evr: catalog.evr(p) });
    const { table, index } = catalog.at(p);
    for (const relation of table.relations(index, 'provides')) add(rangeOf(relation));
  }
  const paths = new Set<string>();
  catalog.withDependency(kind, (range) => {
    for (const part of simpleParts(range)) {
      if (part.name.startsWith('/')) paths.add(part.name);
    }
    return false;
  });
  const owned = await pathsOwnedBy(catalog, [...paths], targets, ctx);
  return catalog.withDependency(kind, (range) =>
    simpleParts(range).some((part) => {
      if (owned.has(part.name)) return true;
      const ranges = provided.get(part.name);
      return ranges?.some((one) => fulfils(one, part, catalog.compare)) === true;
    }),
  );
}

/** Whether what is provided fulfils what is asked for. */
export function fulfils(provided: Range, asked: Range, compare: Compare): boolean {
  if (asked.comparison === 0) return true;
  return provided.comparison !== 0 && overlap(provided, asked, compare);
}

async function pathsOwnedBy(
  catalog: Catalog,
  paths: readonly string[],
  targets: ReadonlySet<number>,
  ctx: Context,
): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  await loadFileLists(catalog, paths, ctx);
  const wanted = new Set(paths);
  return new Set([...targets].flatMap((p) => catalog.files(p).filter((path) => wanted.has(path))));
}
