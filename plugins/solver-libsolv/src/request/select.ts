import { evrOf, identityAt } from '@ostrata/contract';
import { globToRegExp, isGlob } from '@ostrata/package-spec';
import { JOB, OPTION, SELECT } from '../native/constants.ts';
import type { Session } from '../native/session.ts';
import { dependencyOf, relationOfSpec } from './dependency.ts';
import type { LoadedTable } from './load.ts';

/** One job of the solver: what to do with how it selects, and its operand. */
export interface Job {
  readonly how: number;
  readonly what: number;
}

/** What a spec means: jobs that install it, and the packages that would do. */
export interface Selection {
  readonly jobs: readonly Job[];
  readonly packages: readonly number[];
}

/** A package of the pool. */
export interface PoolPackage {
  readonly id: number;
  readonly loaded: LoadedTable;
  readonly index: number;
}

/** Looks for packages that specs mean. */
export class Selector {
  readonly #session: Session;
  readonly #loaded: readonly LoadedTable[];
  readonly #byName = new Map<string, PoolPackage[]>();

  constructor(session: Session, loaded: readonly LoadedTable[]) {
    this.#session = session;
    this.#loaded = loaded;
    for (const table of loaded) {
      for (const [i, index] of table.indexes.entries()) {
        const name = table.table.name(index);
        const pkg = { id: table.first + i, loaded: table, index };
        const known = this.#byName.get(name);
        if (known === undefined) this.#byName.set(name, [pkg]);
        else known.push(pkg);
      }
    }
  }

  get names(): Iterable<string> {
    return this.#byName.keys();
  }

  /** All builds of a name, those for other architectures too. */
  named(name: string): readonly PoolPackage[] {
    return this.#byName.get(name) ?? [];
  }

  at(id: number): PoolPackage {
    const loaded = this.#loaded.find(({ first, indexes }) => id >= first && id < first + indexes.length)!;
    return { id, loaded, index: loaded.indexes[id - loaded.first]! };
  }

  /** Packages that provide a dependency and can be installed. */
  providers(spec: string): number[] {
    const dependency = dependencyOf(this.#session, relationOfSpec(spec));
    return Array.from(this.#session.select(SELECT.PROVIDES, dependency));
  }

  /**
   * Finds what a spec means, in dnf's order: name, then name and version forms, then what provides it, files included. Null when nothing
   * that can be installed fits.
   */
  select(spec: string, accept: (pkg: PoolPackage) => boolean): Selection | null {
    if (spec.startsWith('(')) {
      const dependency = dependencyOf(this.#session, { name: spec });
      return { jobs: [{ how: JOB.INSTALL | SELECT.PROVIDES, what: dependency }], packages: this.providers(spec) };
    }
    const named = this.#installable(this.named(spec).filter(accept));
    if (named.length > 0) return { jobs: [this.#install(named)], packages: named };
    const formed = this.#byForm(spec, accept);
    if (formed !== null) return formed;
    const provided = isGlob(spec) ? [] : this.providers(spec).filter((id) => accept(this.at(id)));
    return provided.length > 0 ? { jobs: [this.#install(provided)], packages: provided } : null;
  }

  #install(packages: readonly number[], options = 0): Job {
    return { how: JOB.INSTALL | SELECT.ONE_OF | options, what: this.#session.oneOf(packages) };
  }

  /** Those of packages of one name that are installed or can be. */
  #installable(packages: readonly PoolPackage[]): number[] {
    const first = packages[0];
    if (first === undefined) return [];
    const name = this.#session.string(first.loaded.table.name(first.index));
    const usable = new Set(this.#session.select(SELECT.NAME, name));
    return packages.filter(({ id, loaded }) => loaded.installed || usable.has(id)).map(({ id }) => id);
  }

  /** Forms with an architecture or a version, and patterns. A pattern selects the best package of every name that fits. */
  #byForm(spec: string, accept: (pkg: PoolPackage) => boolean): Selection | null {
    const fits = isGlob(spec) ? globToRegExp(spec) : null;
    const equals = (text: string) => (fits === null ? text === spec : fits.test(text));
    const groups = FORMS.map(() => [] as number[][]);
    for (const [name, packages] of this.#byName) {
      if (fits === null && !spec.startsWith(name)) continue;
      const formed = packages.map((pkg) => ({ pkg, form: formOf(pkg, equals) })).filter(({ form }) => form >= 0);
      if (formed.length === 0) continue;
      const usable = new Set(this.#installable(formed.map(({ pkg }) => pkg).filter(accept)));
      for (const form of FORMS.keys()) {
        const group = formed.filter((one) => one.form === form && usable.has(one.pkg.id)).map(({ pkg }) => pkg.id);
        if (group.length > 0) groups[form]!.push(group);
      }
    }
    const form = groups.findIndex((found) => found.length > 0);
    if (form < 0) return null;
    const lists = fits === null ? [groups[form]!.flat()] : groups[form]!;
    const { options } = FORMS[form]!;
    return { jobs: lists.map((list) => this.#install(list, options)), packages: lists.flat() };
  }
}

const VERSION = OPTION.SETEV | OPTION.SETEVR;

/** The forms of a spec in the order in which they are tried, with what naming so much of a package allows a job. */
const FORMS: readonly { texts(name: string, evrs: readonly string[], arch: string): string[]; options: number }[] = [
  { texts: (name, evrs, arch) => evrs.map((evr) => `${name}-${evr}.${arch}`), options: VERSION | OPTION.SETARCH },
  { texts: (name, _evrs, arch) => [`${name}.${arch}`], options: OPTION.SETARCH },
  { texts: (name) => [name], options: 0 },
  { texts: (name, evrs) => evrs.map((evr) => `${name}-${evr}`), options: VERSION },
  {
    texts: (name, evrs) =>
      evrs.flatMap((evr) => (evr.includes('-') ? [`${name}-${evr.slice(0, evr.lastIndexOf('-'))}`] : [])),
    options: VERSION,
  },
];

/** The first form in which a spec means a package; -1 for none. */
function formOf({ loaded, index }: PoolPackage, equals: (text: string) => boolean): number {
  const identity = identityAt(loaded.table, index);
  const evr = evrOf(identity);
  const evrs = evr.includes(':') ? [evr, evr.slice(evr.indexOf(':') + 1)] : [evr, `0:${evr}`];
  return FORMS.findIndex(({ texts }) => texts(identity.name, evrs, identity.arch).some(equals));
}
