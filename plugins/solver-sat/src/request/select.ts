import { globToRegExp, isGlob } from '@ostrata/package-spec';
import type { PoolBuilder } from '../pool/builder.ts';
import type { Pool } from '../pool/pool.ts';
import { EQUAL, GREATER, LESS } from '../pool/relations.ts';
import { conjunctive, isComplex } from '../rules/normal-form.ts';

/** What a request means: lists of which one package each is wanted, and how much of the package it names. */
export interface Selection {
  readonly candidates: readonly (readonly number[])[];
  readonly namesArch: boolean;
  readonly namesVersion: boolean;
}

const COMPARISONS: Record<string, number> = {
  '<': LESS,
  '<=': LESS | EQUAL,
  '=': EQUAL,
  '>=': GREATER | EQUAL,
  '>': GREATER,
};

/** The dependency that a spec reads as, interned before the pool is built so that file lists are searched for its path. */
export function dependencyOfSpec(builder: PoolBuilder, spec: string): number {
  const versioned = /^(\S+)\s*(<=|>=|<|>|=)\s*(\S+)$/.exec(spec);
  if (spec.startsWith('(') || versioned === null) return builder.dependency(spec);
  return builder.dependency(versioned[1]!, COMPARISONS[versioned[2]!]!, versioned[3]!);
}

/**
 * Finds what a spec means, in dnf's order: name and version forms (`name`, `name.arch`, `name-version[-release][.arch]`, with an
 * epoch before the version, patterns in all of them), then what provides it, files included. Null when nothing fits.
 */
export function select(pool: Pool, spec: string, dependency: number, accept: (p: number) => boolean): Selection | null {
  if (spec.startsWith('(') && isComplex(pool, dependency)) {
    const form = conjunctive(pool, dependency);
    if (typeof form === 'string')
      return form === 'all' ? { candidates: [], namesArch: false, namesVersion: false } : null;
    return { candidates: form, namesArch: false, namesVersion: false };
  }
  const named = byName(pool, spec, accept) ?? byForm(pool, spec, accept);
  if (named !== null) return named;
  const provided = isGlob(spec)
    ? providersOfPattern(pool, spec, accept)
    : [packagesOf(pool, dependency).filter(accept)];
  const candidates = provided.filter((list) => list.length > 0);
  return candidates.length > 0 ? { candidates, namesArch: false, namesVersion: false } : null;
}

/** What provides something that a pattern fits, files included where the pool knows them; a list for every name. */
function providersOfPattern(pool: Pool, pattern: string, accept: (p: number) => boolean): number[][] {
  const expression = globToRegExp(pattern);
  const found = new Set<number>();
  for (let id = 2; id < pool.strings.size; id++) {
    const offset = pool.providers.of(id);
    if (pool.providers.data[offset] === 0 || !expression.test(pool.strings.text(id))) continue;
    for (let i = offset; pool.providers.data[i] !== 0; i++) {
      if (accept(pool.providers.data[i]!)) found.add(pool.providers.data[i]!);
    }
  }
  return [
    ...Map.groupBy(
      [...found].sort((a, b) => a - b),
      (p) => pool.name[p]!,
    ).values(),
  ];
}

function packagesOf(pool: Pool, dependency: number): number[] {
  const { providers } = pool;
  const found: number[] = [];
  for (let i = providers.of(dependency); providers.data[i] !== 0; i++) found.push(providers.data[i]!);
  return found;
}

function byName(pool: Pool, spec: string, accept: (p: number) => boolean): Selection | null {
  const id = pool.strings.find(spec);
  if (id === 0) return null;
  const found = packagesOf(pool, id).filter((p) => pool.name[p] === id && accept(p));
  return found.length > 0 ? { candidates: [found], namesArch: false, namesVersion: false } : null;
}

/** Forms with an architecture or a version, and patterns. A pattern selects the best package of every name that fits. */
function byForm(pool: Pool, spec: string, accept: (p: number) => boolean): Selection | null {
  const glob = isGlob(spec);
  const fits = glob ? globToRegExp(spec) : null;
  const equals = (text: string) => (fits === null ? text === spec : fits.test(text));
  const { strings } = pool;
  const byKind: [number[], number[], number[], number[], number[]] = [[], [], [], [], []];
  for (let p = 2; p < pool.count; p++) {
    const name = strings.text(pool.name[p]!);
    if (!glob && !spec.startsWith(name)) continue;
    if (!(pool.installed[p] === 1 || pool.installable(p)) || !accept(p)) continue;
    const arch = strings.text(pool.arch[p]!);
    const evr = strings.text(pool.evr[p]!);
    const epochs = evr.includes(':') ? [evr, evr.slice(evr.indexOf(':') + 1)] : [evr, `0:${evr}`];
    if (epochs.some((e) => equals(`${name}-${e}.${arch}`))) byKind[0].push(p);
    else if (equals(`${name}.${arch}`)) byKind[1].push(p);
    else if (equals(name)) byKind[2].push(p);
    else if (epochs.some((e) => equals(`${name}-${e}`))) byKind[3].push(p);
    else if (epochs.some((e) => e.includes('-') && equals(`${name}-${e.slice(0, e.lastIndexOf('-'))}`)))
      byKind[4].push(p);
  }
  const kind = byKind.findIndex((found) => found.length > 0);
  if (kind < 0) return null;
  const found = byKind[kind]!;
  const groups = glob ? [...Map.groupBy(found, (p) => pool.name[p]!).values()] : [found];
  return { candidates: groups, namesArch: kind === 0 || kind === 1, namesVersion: kind === 0 || kind >= 3 };
}
