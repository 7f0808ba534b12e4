import { COMPARISON, type Context } from '@ostrata/contract';
import type { Catalog, Range } from './catalog.ts';
import { fulfils, simpleParts, withoutSources } from './dependencies.ts';
import { loadFileLists } from './paths.ts';

interface Provision {
  readonly p: number;
  readonly range: Range;
}

/** Who provides what, for the names and paths that some dependencies ask for: by provisions, names and files. */
export class Providers {
  readonly #catalog: Catalog;
  readonly #byName: ReadonlyMap<string, readonly Provision[]>;
  readonly #byPath: ReadonlyMap<string, readonly number[]>;

  private constructor(catalog: Catalog, byName: Map<string, Provision[]>, byPath: Map<string, number[]>) {
    this.#catalog = catalog;
    this.#byName = byName;
    this.#byPath = byPath;
  }

  /** Walks all packages once, and file lists where a path is asked for. */
  static async load(catalog: Catalog, ranges: readonly Range[], ctx: Context): Promise<Providers> {
    const byName = new Map<string, Provision[]>();
    for (const { name } of ranges.flatMap(simpleParts)) byName.set(name, []);
    const paths = [...byName.keys()].filter((name) => name.startsWith('/'));
    catalog.visitDependencies(
      'provides',
      ({ name }) => byName.has(name),
      (p, range) => {
        byName.get(range.name)!.push({ p, range });
        return false;
      },
    );
    for (let p = 0; p < catalog.count; p++) {
      const name = catalog.name(p);
      byName.get(name)?.push({ p, range: { name, comparison: COMPARISON.EQUAL, evr: catalog.evr(p) } });
    }
    if (paths.length > 0) await loadFileLists(catalog, paths, ctx);
    return new Providers(catalog, byName, catalog.owners(paths));
  }

  /** Packages that provide one of these; a rich dependency is asked for in all its parts. */
  of(ranges: readonly Range[]): Set<number> {
    const { compare } = this.#catalog;
    const found = new Set<number>();
    for (const part of ranges.flatMap(simpleParts)) {
      for (const { p, range } of this.#byName.get(part.name) ?? []) if (fulfils(range, part, compare)) found.add(p);
      for (const p of this.#byPath.get(part.name) ?? []) found.add(p);
    }
    return withoutSources(this.#catalog, found);
  }
}

/** Packages that provide one of these. */
export async function providersOf(catalog: Catalog, ranges: readonly Range[], ctx: Context): Promise<Set<number>> {
  return (await Providers.load(catalog, ranges, ctx)).of(ranges);
}
