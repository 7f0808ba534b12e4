import { resolve } from 'node:path';
import type { Context } from '@ostrata/contract';
import { isGlob, nameMatcher } from '@ostrata/package-spec';
import { SOURCE_DEFINITIONS, type SourceDefinition } from '@ostrata/source-definitions';
import { queryError } from '../errors.ts';
import type { Input } from '../input.ts';
import { QUERY_SETTINGS } from '../settings.ts';
import { machineRelease } from './variables.ts';

/** The kind of source that .repo files define. */
export const KIND = 'rpm-md';

/** Where definitions come from, for messages. */
export interface Definitions {
  readonly all: readonly SourceDefinition[];
  readonly places: readonly string[];
}

/** All repositories that are defined, with `enabled` as the flags of the command change it. @throws HostError QUERY_REPO_UNKNOWN */
export async function defined(input: Input, ctx: Context): Promise<Definitions> {
  const settings = await ctx.get(QUERY_SETTINGS);
  const given = input.values('reposdir').map((path) => resolve(path));
  const places = given.length > 0 ? given : settings.reposdir;
  const releasever = input.text('releasever') ?? settings.releasever ?? machineRelease();
  const variables: Record<string, string> = releasever === null ? {} : { releasever };
  const definitions = await ctx.get(SOURCE_DEFINITIONS, KIND);
  const all = [...(await definitions.read(places, variables, ctx)), ...input.values('repofrompath').map(fromPath)];
  const byId = new Map(all.map((one) => [one.id, one]));
  const states = new Map([...byId.values()].map((one) => [one.id, one.enabled]));
  const set = (patterns: readonly string[], enabled: boolean) => {
    for (const pattern of patterns) {
      for (const id of named(pattern, [...byId.keys()], places)) states.set(id, enabled);
    }
  };
  const only = [...input.list('repo'), ...input.list('repoid')];
  if (only.length > 0) {
    for (const id of states.keys()) states.set(id, false);
    set(only, true);
  } else {
    set(input.list('disablerepo'), false);
    set(input.list('enablerepo'), true);
  }
  return { all: [...byId.values()].map((one) => ({ ...one, enabled: states.get(one.id)! })), places };
}

/** The repositories that count. @throws HostError QUERY_NO_REPOS, and what is wrong with a definition */
export async function enabled(input: Input, ctx: Context): Promise<SourceDefinition[]> {
  const { all, places } = await defined(input, ctx);
  const chosen = all.filter((one) => one.enabled);
  if (chosen.length === 0) {
    throw queryError('QUERY_NO_REPOS', `There are no enabled repositories in ${places.join(', ')}.`, {
      hint: 'Enable one with --enablerepo, name one with --repofrompath ID,URL, or see "ostrata repo list --all".',
      data: { places: [...places] },
    });
  }
  for (const { problem } of chosen) if (problem !== null) throw problem;
  return chosen;
}

function named(pattern: string, ids: readonly string[], places: readonly string[]): string[] {
  const found = ids.filter(nameMatcher(pattern));
  if (found.length > 0 || isGlob(pattern)) return found;
  throw queryError('QUERY_REPO_UNKNOWN', `There is no repository "${pattern}".`, {
    hint: ids.length > 0 ? `Known are: ${ids.slice(0, 20).join(', ')}.` : 'No .repo file defines any.',
    data: { id: pattern, searched: [...places] },
  });
}

/** A repository of the command line: `ID,PATH`. @throws HostError QUERY_OPTIONS */
function fromPath(text: string): SourceDefinition {
  const [, id, place] = /^([A-Za-z0-9_.:-]+),(.+)$/.exec(text) ?? [];
  if (id === undefined || place === undefined) {
    throw queryError('QUERY_OPTIONS', `--repofrompath "${text}" is not ID,PATH or ID,URL.`, {
      hint: 'For instance: --repofrompath mine,/srv/repository',
      data: { value: text },
    });
  }
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(place) ? place : resolve(place);
  const source = { id, kind: KIND, priority: 99, options: { baseurl: [url] } };
  return { id, name: id, enabled: true, file: '--repofrompath', source, problem: null };
}
