import type { HostError, Intent, PackageRequest, PackageTable } from '@ostrata/contract';
import { findGroup, nameMatcher, RichDependencyError } from '@ostrata/package-spec';
import { solverError } from '../errors.ts';
import { JOB, OPTION, SELECT } from '../native/constants.ts';
import type { Session } from '../native/session.ts';
import type { LoadedTable } from './load.ts';
import { explainMissing } from './missing.ts';
import type { Job, PoolPackage, Selector } from './select.ts';

/** Something to install. */
export interface Wish extends PackageRequest {
  /** A member of a group may be missing; anything else may not. */
  readonly optional: boolean;
  /** For a conditional member: what must be there for it to be wanted; the spec is the member's name. */
  readonly condition?: string;
}

export interface Jobs {
  readonly jobs: readonly Job[];
  /** Packages that requests mean. */
  readonly requested: ReadonlySet<number>;
  readonly skipped: readonly { readonly spec: string; readonly reason: string }[];
  readonly problems: readonly HostError[];
}

/** Expands groups. */
export function wishesOf(
  requests: readonly PackageRequest[],
  tables: readonly PackageTable[],
): { wishes: Wish[]; problems: HostError[] } {
  const problems: HostError[] = [];
  const wishes = requests.flatMap((request): Wish[] => {
    if (!request.spec.startsWith('@')) return [{ ...request, optional: false }];
    const group = findGroup(tables, request.spec.slice(1));
    if (group === null) {
      const known = [...new Set(tables.flatMap((table) => table.groups.map(({ id }) => id)))].sort();
      problems.push(
        solverError('SOLVER_LIBSOLV_GROUP_UNKNOWN', `No source has a group "${request.spec.slice(1)}".`, {
          hint:
            known.length > 0 ? `Known groups: ${known.slice(0, 20).join(', ')}.` : 'None of the sources has groups.',
          data: { spec: request.spec, groups: known },
        }),
      );
      return [];
    }
    const from = request.source === undefined ? {} : { source: request.source };
    return [
      ...group.packages.map((spec) => ({ spec, optional: true, ...from })),
      ...group.conditional.map(({ name, requires }) => ({
        spec: name,
        condition: requires,
        optional: true,
        ...from,
      })),
    ];
  });
  return { wishes, problems };
}

export interface JobOptions {
  readonly session: Session;
  readonly selector: Selector;
  readonly loaded: readonly LoadedTable[];
  readonly installonly: readonly string[];
  /** Packages that stayed out of the pool. */
  reasonFor(spec: string): readonly { readonly package: string; readonly reason: string }[];
}

/** Turns an intent into jobs. What cannot be found is collected. */
export function makeJobs(intent: Intent, wishes: readonly Wish[], options: JobOptions): Jobs {
  const { session, selector, loaded } = options;
  const jobs: Job[] = [];
  const requested = new Set<number>();
  const skipped: { spec: string; reason: string }[] = [];
  const problems: HostError[] = [];
  const changing = new Set<number>();
  const installed = (name: string) => selector.named(name).filter((pkg) => pkg.loaded.installed);

  for (const name of intent.remove) {
    const gone = installed(name);
    if (gone.length === 0) problems.push(notInBase(name, 'removed'));
    // Other builds of the name must not come in its place.
    else jobs.push({ how: JOB.ERASE | SELECT.NAME, what: session.string(name) });
    for (const { id } of gone) changing.add(id);
  }
  for (const wish of intent.replace) {
    const found = selectSafely(selector, wish, (pkg) => !pkg.loaded.installed && isFrom(wish, pkg), problems);
    if (found === undefined) continue;
    if (found === null) {
      problems.push(explainMissing(wish, options.reasonFor(wish.spec), selector.names));
      continue;
    }
    const names = new Set(found.packages.map((id) => nameAt(selector, id)));
    const replaced = [...names].flatMap(installed);
    if (replaced.length === 0) problems.push(notInBase(wish.spec, 'replaced'));
    for (const { id } of replaced) changing.add(id);
    const free = OPTION.SETEV | OPTION.SETEVR | OPTION.SETARCH;
    for (const { how, what } of found.jobs) jobs.push({ how: how | free, what });
    for (const id of found.packages) requested.add(id);
  }
  for (const wish of wishes) {
    const found = selectSafely(selector, wish, (pkg) => isFrom(wish, pkg), problems);
    if (found === undefined) continue;
    if (found === null || (found.packages.length === 0 && wish.spec.startsWith('(') && wish.optional)) {
      const missing = explainMissing(wish, options.reasonFor(wish.spec), selector.names);
      if (wish.optional) skipped.push({ spec: wish.spec, reason: missing.message });
      else problems.push(missing);
      continue;
    }
    if (wish.condition === undefined) jobs.push(...found.jobs);
    else jobs.push(...(selector.select(`(${wish.spec} if ${wish.condition})`, () => true)?.jobs ?? []));
    for (const id of found.packages) requested.add(id);
  }
  const { update = [], synchronize = [] } = intent;
  for (const wish of update) renew(JOB.UPDATE, wish, 'updated');
  for (const wish of synchronize) renew(JOB.DISTUPGRADE, wish, 'synchronized');
  // The base is an image: nothing of it changes unless somebody asked for that.
  const renews = update.length + synchronize.length > 0;
  const stays = (intent.lock ?? []).map(nameMatcher);
  for (const table of loaded) {
    for (let id = table.first; table.installed && id < table.first + table.indexes.length; id++) {
      if (changing.has(id)) continue;
      const name = nameAt(selector, id);
      if (!renews || stays.some((matches) => matches(name))) jobs.push({ how: JOB.LOCK | SELECT.SOLVABLE, what: id });
    }
  }
  const several = options.installonly.map(nameMatcher);
  for (const name of several.length === 0 ? [] : selector.names) {
    if (!several.some((matches) => matches(name))) continue;
    jobs.push({ how: JOB.MULTIVERSION | SELECT.NAME, what: session.string(name) });
  }
  return { jobs, requested, skipped, problems };

  function renew(kind: number, wish: PackageRequest, what: string): void {
    if (wish.spec === '*' && wish.source === undefined) {
      jobs.push({ how: kind | SELECT.ALL, what: 0 });
      return;
    }
    const found = selectSafely(selector, wish, (pkg) => pkg.loaded.installed, problems);
    const named = wish.spec === '*' ? [...selector.names].flatMap(installed).map(({ id }) => id) : found?.packages;
    if (found === undefined) return;
    if (named === undefined) {
      problems.push(notInBase(wish.spec, what));
      return;
    }
    const names = new Set(named.map((id) => nameAt(selector, id)));
    const from = (pkg: PoolPackage) => !pkg.loaded.installed && isFrom(wish, pkg);
    const offered = [...names].flatMap((name) => selector.named(name).filter(from)).map(({ id }) => id);
    const [packages, flags] = wish.source === undefined ? [named, 0] : [offered, OPTION.TARGETED | OPTION.SETREPO];
    jobs.push({ how: kind | SELECT.ONE_OF | flags, what: session.oneOf(packages) });
  }
}

/** Undefined when the spec itself cannot be understood: that is a problem then. */
function selectSafely(
  selector: Selector,
  wish: PackageRequest,
  accept: (pkg: PoolPackage) => boolean,
  problems: HostError[],
): ReturnType<Selector['select']> | undefined {
  try {
    return selector.select(wish.spec, accept);
  } catch (error) {
    if (!(error instanceof RichDependencyError)) throw error;
    problems.push(
      solverError('SOLVER_LIBSOLV_DEPENDENCY', `${error.message}.`, {
        hint: 'Correct what was asked for.',
        data: { spec: wish.spec, offset: error.offset },
        cause: error,
      }),
    );
    return undefined;
  }
}

function nameAt(selector: Selector, id: number): string {
  const { loaded, index } = selector.at(id);
  return loaded.table.name(index);
}

/** What is installed counts for every source. */
function isFrom(wish: PackageRequest, { loaded }: PoolPackage): boolean {
  return wish.source === undefined || loaded.installed || loaded.table.source === wish.source;
}

function notInBase(name: string, what: string): HostError {
  return solverError('SOLVER_LIBSOLV_NOT_INSTALLED', `"${name}" shall be ${what}, but the base has no such package.`, {
    hint: 'Look at the packages of the base, or drop the override.',
    data: { spec: name },
  });
}
