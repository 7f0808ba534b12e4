import { type Context, isHostError } from '@ostrata/contract';
import type { SourceDefinition, SourceDefinitions } from '@ostrata/source-definitions';
import { definitionOf } from './definition.ts';
import { lookUp } from './lookup.ts';
import type { RepoSection } from './repo-file.ts';
import { SectionReader, sourceOf } from './section-options.ts';
import { baseArch, type Variables } from './variables.ts';

/** What .repo files define, for those who list repositories. */
export const repoFileDefinitions: SourceDefinitions = {
  async read(places, given, ctx) {
    const { arch } = ctx.environment;
    const variables = { arch, basearch: baseArch(arch), ...given };
    const found = new Map<string, SourceDefinition>();
    for (const section of lookUp(places)) {
      if (!found.has(section.id)) found.set(section.id, describe(section, variables, ctx));
    }
    return [...found.values()];
  },
};

function describe(section: RepoSection, variables: Variables, ctx: Context): SourceDefinition {
  const { id, file } = section;
  const common = { id, file };
  try {
    const reader = new SectionReader(section, variables);
    const name = reader.text('name') ?? id;
    const enabled = reader.flag('enabled', true);
    try {
      const source = sourceOf(section, variables, ({ text, hint }) => {
        if (enabled) ctx.progress.warning('SOURCE_REPO_FILE', text, hint);
      });
      definitionOf(source);
      return { ...common, name, enabled, source, problem: null };
    } catch (error) {
      if (!isHostError(error)) throw error;
      return { ...common, name, enabled, source: null, problem: error };
    }
  } catch (error) {
    if (!isHostError(error)) throw error;
    return { ...common, name: id, enabled: true, source: null, problem: error };
  }
}
