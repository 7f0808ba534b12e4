import type { HostError, Intent, PackageRequest, PackageTable } from '@ostrata/contract';
import { findGroup, isGlob, nameMatcher } from '@ostrata/package-spec';
import { solverError } from '../errors.ts';
import { explainMissing } from '../explain/missing.ts';
import type { Obstacles } from '../explain/obstacles.ts';
import type { PoolBuilder } from '../pool/builder.ts';
import type { Pool } from '../pool/pool.ts';
import { IF } from '../pool/relations.ts';
import type { Job } from '../rules/job.ts';
import { dependencyOfSpec, select } from './select.ts';

/** A spec with the dependency it reads as. */
interface Wish extends PackageRequest {
  readonly dependency: number;
  /** A member of a group may be missing; anything else may not. */
  readonly optional: boolean;
}

/** The specs of an intent, groups expanded, before the pool exists. */
export interface Wishes {
  readonly install: readonly Wish[];
  readonly replace: readonly Wish[];
  readonly remove: readonly string[];
  readonly update: readonly Wish[];
  readonly synchronize: readonly Wish[];
  readonly lock: readonly string[];
  readonly problems: readonly HostError[];
}

export interface Jobs {
  readonly jobs: readonly Job[];
  readonly skipped: readonly { readonly spec: string; readonly reason: string }[];
  readonly problems: readonly HostError[];
}

/** Reads the specs of an intent; interns what they name, so that the pool knows it. */
export function readWishes(builder: PoolBuilder, intent: Intent, tables: readonly PackageTable[]): Wishes {
  const problems: HostError[] = [];
  const wish = (request: PackageRequest): Wish => ({
    ...request,
    dependency: dependencyOf(builder, request.spec, tables),
    optional: false,
  });
  const install = intent.install.flatMap((request): Wish[] => {
    if (!request.spec.startsWith('@')) return [wish(request)];
    const group = findGroup(tables, request.spec.slice(1));
    if (group === null) {
      problems.push(unknownGroup(request, tables));
      return [];
    }
    const from = request.source === undefined ? {} : { source: request.source };
    return [
      ...group.packages.map((spec) => ({ spec, dependency: builder.dependency(spec), optional: true, ...from })),
      ...group.conditional.map(({ name, requires }) => ({
        spec: `(${name} if ${requires})`,
        dependency: builder.relations.intern(builder.dependency(name), IF, builder.dependency(requires)),
        optional: true,
        ...from,
      })),
    ];
  });
  return {
    install,
    replace: intent.replace.map(wish),
    remove: intent.remove,
    update: (intent.update ?? []).map(wish),
    synchronize: (intent.synchronize ?? []).map(wish),
    lock: intent.lock ?? [],
    problems,
  };
}

/** The dependency that a spec reads as; of a pattern of paths, all that fit become known to the pool. */
function dependencyOf(builder: PoolBuilder, spec: string, tables: readonly PackageTable[]): number {
  if (spec.startsWith('/') && isGlob(spec)) {
    const matches = nameMatcher(spec);
    for (const table of tables) {
      for (let index = 0; index < table.count; index++) {
        for (const path of table.files(index)) if (matches(path)) builder.strings.intern(path);
      }
    }
  }
  return dependencyOfSpec(builder, spec);
}

function unknownGroup(request: PackageRequest, tables: readonly PackageTable[]): HostError {
  const known = [...new Set(tables.flatMap((table) => table.groups.map((group) => group.id)))].sort();
  return solverError('SOLVER_GROUP_UNKNOWN', `No source has a group "${request.spec.slice(1)}"${asked(request)}.`, {
    hint: known.length > 0 ? `Known groups: ${known.slice(0, 20).join(', ')}.` : 'None of the sources has groups.',
    data: { spec: request.spec, groups: known },
  });
}

function asked(request: PackageRequest): string {
  return request.origin === undefined ? '' : ` (asked for by ${request.origin})`;
}

/** Turns specs into jobs over a pool's packages. What cannot be found is collected. */
export function makeJobs(pool: Pool, wishes: Wishes, obstacles: Obstacles): Jobs {
  const jobs: Job[] = [];
  const skipped: { spec: string; reason: string }[] = [];
  const problems: HostError[] = [...wishes.problems];
  const changing = new Set<number>();

  for (const name of wishes.remove) {
    const gone = Array.from(pool.installedIds).filter((p) => pool.strings.text(pool.name[p]!) === name);
    if (gone.length === 0) problems.push(notInBase(name, 'removed'));
    else jobs.push(job('erase', name, [gone]));
    for (const p of gone) changing.add(p);
  }
  for (const wish of wishes.replace) {
    const found = select(pool, wish.spec, wish.dependency, (p) => pool.installed[p] === 0 && fromSource(pool, wish, p));
    if (found === null) problems.push(explainMissing(pool, wish, obstacles));
    else {
      const names = new Set(found.candidates.flat().map((p) => pool.name[p]));
      const replaced = Array.from(pool.installedIds).filter((p) => names.has(pool.name[p]));
      if (replaced.length === 0) problems.push(notInBase(wish.spec, 'replaced'));
      for (const p of replaced) changing.add(p);
      jobs.push({ ...job('install', wish.spec, found.candidates), anyArch: true, anyVersion: true });
    }
  }
  for (const wish of wishes.install) {
    const found = lacksMember(pool, wish)
      ? null
      : select(pool, wish.spec, wish.dependency, (p) => fromSource(pool, wish, p));
    if (found !== null) {
      const { namesArch: anyArch, namesVersion: anyVersion } = found;
      jobs.push({ ...job('install', wish.spec, found.candidates), anyArch, anyVersion });
    } else {
      const missing = explainMissing(pool, wish, obstacles);
      if (wish.optional) skipped.push({ spec: wish.spec, reason: missing.message });
      else problems.push(missing);
    }
  }
  for (const kind of ['update', 'distupgrade'] as const) {
    for (const wish of kind === 'update' ? wishes.update : wishes.synchronize) {
      const found = renewal(pool, kind, wish);
      if (typeof found === 'string') problems.push(notInBase(wish.spec, found));
      else jobs.push(found);
    }
  }
  // The base is an image: nothing of it changes unless somebody asked for that.
  const renews = wishes.update.length + wishes.synchronize.length > 0;
  const stays = wishes.lock.map(nameMatcher);
  for (const p of pool.installedIds) {
    if (changing.has(p)) continue;
    const name = pool.strings.text(pool.name[p]!);
    if (!renews || stays.some((matches) => matches(name))) jobs.push(job('lock', pool.text(p), [[p]]));
  }
  return { jobs, skipped, problems };
}

/** The job that renews what a spec names of the base; otherwise the word for what cannot be done to it. */
function renewal(pool: Pool, kind: 'update' | 'distupgrade', wish: Wish): Job | string {
  const all = wish.spec === '*';
  const installed = all
    ? Array.from(pool.installedIds)
    : select(pool, wish.spec, wish.dependency, (p) => pool.installed[p] === 1)?.candidates.flat();
  if (installed === undefined) return kind === 'update' ? 'updated' : 'synchronized';
  if (wish.source === undefined) return { ...job(kind, wish.spec, [installed]), everything: all };
  const names = new Set(installed.map((p) => pool.name[p]));
  const offered: number[] = [];
  for (let p = 2; p < pool.count; p++) {
    if (pool.installed[p] === 0 && names.has(pool.name[p]) && fromSource(pool, wish, p)) offered.push(p);
  }
  return { ...job(kind, wish.spec, [offered]), targeted: true, anyRepo: true };
}

/** Whether a conditional member of a group is nowhere to be had: its condition must not be forbidden for that. */
function lacksMember(pool: Pool, wish: Wish): boolean {
  if (!wish.optional || wish.dependency > 0) return false;
  const { providers, relations } = pool;
  return providers.data[providers.of(relations.left(wish.dependency))] === 0;
}

function job(kind: Job['kind'], spec: string, candidates: Job['candidates']): Job {
  return { kind, spec, candidates, weak: false, best: false, anyArch: false, anyVersion: false };
}

/** What is installed counts for every source. */
function fromSource(pool: Pool, wish: Wish, p: number): boolean {
  return wish.source === undefined || pool.installed[p] === 1 || pool.repos[pool.repo[p]!]!.id === wish.source;
}

function notInBase(name: string, what: string): HostError {
  return solverError('SOLVER_NOT_INSTALLED', `"${name}" shall be ${what}, but the base has no such package.`, {
    hint: 'Look at the packages of the base, or drop the override.',
    data: { spec: name },
  });
}
