import { type PluginHost, SOURCE } from '@ostrata/core';
import { completeSources } from './complete.ts';
import { KIND } from './definition.ts';
import { RpmMdSource } from './rpm-md-source.ts';

export { SOURCE_ERRORS } from './errors.ts';

/** Registers rpm-md repositories: the source of kind `rpm-md`, and the definitions of .repo files. */
export function registerSource(host: PluginHost): void {
  host.provide(SOURCE, KIND, () => new RpmMdSource());
  host.hooks['fetch.sources'].tapPromise(async (sources, ctx) => completeSources(sources, ctx));
}
