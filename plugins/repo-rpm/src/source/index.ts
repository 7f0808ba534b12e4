import { type PluginHost, SOURCE } from '@ostrata/contract';
import { SOURCE_DEFINITIONS } from '@ostrata/source-definitions';
import { KIND } from './definition.ts';

export { SOURCE_ERRORS } from './errors.ts';

/** Registers rpm-md repositories: the source of kind `rpm-md`, the definitions of .repo files, and package files as a source. All are loaded on first use. */
export function registerSource(host: PluginHost): void {
  host.provide(SOURCE, KIND, async () => {
    const { RpmMdSource } = await import('./rpm-md-source.ts');
    return new RpmMdSource();
  });
  host.provide(SOURCE, 'rpm-files', async () => new (await import('../files/files-source.ts')).RpmFilesSource());
  host.provide(SOURCE_DEFINITIONS, KIND, async () => (await import('./definitions.ts')).repoFileDefinitions);
  host.hooks['fetch.sources'].tapPromise(async (sources, ctx) => {
    if (!sources.some(({ kind }) => kind === KIND)) return undefined;
    const { completeSources } = await import('./complete.ts');
    return completeSources(sources, ctx);
  });
}
