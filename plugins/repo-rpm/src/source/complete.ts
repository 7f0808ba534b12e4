import type { Context, SourceRef } from '@ostrata/contract';
import { definitionOf, KIND } from './definition.ts';
import { sourceError } from './errors.ts';
import { findSection, lookUp } from './lookup.ts';
import type { RepoSection } from './repo-file.ts';
import { sourceOf } from './section-options.ts';
import { baseArch, type Variables } from './variables.ts';

/**
 * Completes sources that are only named: `options.lookup` has the directories of their .repo files and `options.variables` what
 * `$releasever` and the like stand for. Sources that have their URLs stay as they are.
 */
export function completeSources(sources: readonly SourceRef[], ctx: Context): readonly SourceRef[] | undefined {
  if (!sources.some(isNamedOnly)) return undefined;
  const known = new Map<string, RepoSection[]>();
  return sources.map((source) => {
    if (!isNamedOnly(source)) return source;
    const places = textsOf(source, 'lookup');
    const key = JSON.stringify(places);
    const sections = known.get(key) ?? lookUp(places);
    known.set(key, sections);
    const section = findSection(sections, source.id, places);
    const twin = sections.find((other) => other.id === source.id && other !== section);
    if (twin) {
      ctx.progress.warning(
        'SOURCE_REPO_FILE',
        `${source.id} is defined in ${section.file} and again in ${twin.file}.`,
        'The first one counts: remove the other.',
      );
    }
    const complete = sourceOf(section, variablesOf(source, ctx), ({ text, hint }) =>
      ctx.progress.warning('SOURCE_REPO_FILE', text, hint),
    );
    const result = source.priority === 99 ? complete : { ...complete, priority: source.priority };
    definitionOf(result);
    return result;
  });
}

function isNamedOnly({ kind, options }: SourceRef): boolean {
  return kind === KIND && options['lookup'] !== undefined && options['baseurl'] === undefined;
}

function textsOf({ id, options }: SourceRef, name: string): string[] {
  const value = options[name];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw sourceError('SOURCE_OPTIONS', `The repository ${id} is not defined well: "${name}" must be a list of paths.`, {
    hint: 'Correct its definition.',
    data: { id },
  });
}

/** The source's own variables; the architecture's are those of the machine unless given. */
function variablesOf({ options }: SourceRef, ctx: Context): Variables {
  const { arch } = ctx.environment;
  const given: [string, string][] = Object.entries(options['variables'] ?? {})
    .filter(([, value]) => value !== '' && value !== null)
    .map(([name, value]) => [name, String(value)]);
  return { arch, basearch: baseArch(arch), ...Object.fromEntries(given) };
}
