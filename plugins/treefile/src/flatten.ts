import type { HostError, Json } from '@ostrata/contract';
import type { Externals } from './load/externals.ts';
import { type LoadOptions, loadTreefile } from './load/load.ts';
import type { Origins } from './load/origins.ts';
import { checkFlattened } from './model/check.ts';
import { FIELDS } from './model/fields.ts';
import type { Fields, Treefile, Variables } from './model/treefile.ts';
import { substituteFields } from './model/variables.ts';

/** A treefile with its includes merged and its variables replaced. */
export interface FlattenedTreefile {
  /** What `compose tree --print-only` prints and usr/share/rpm-ostree/treefile.json holds: rpm-ostree's keys, in its order. */
  readonly treefile: Treefile & Fields;
  readonly variables: Variables;
  readonly repovars: { readonly [name: string]: string };
  readonly externals: Externals;
  readonly origins: Origins;
  readonly warnings: readonly HostError[];
}

/**
 * Flattens a treefile as rpm-ostree does (rust/src/treefile.rs, `treefile_parse_and_process`). Throws one HostError whose `problems`
 * are all the mistakes found. Files that the treefile names other than includes are not read.
 */
export function flatten(path: string, options: LoadOptions): FlattenedTreefile {
  const loaded = loadTreefile(path, options);
  const fields = substituteFields(loaded.fields, loaded.variables);
  const treefile: { [key: string]: Json } = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const value = name === 'packages' ? (fields[name] ?? []) : fields[name];
    if (value !== undefined && !field.hidden) treefile[name] = value;
  }
  const repovars = (fields['repovars'] as { [name: string]: string } | undefined) ?? {};
  checkFlattened(treefile as Treefile, repovars, loaded.origins);
  return {
    treefile: treefile as Treefile & Fields,
    variables: loaded.variables,
    repovars,
    externals: loaded.externals,
    origins: loaded.origins,
    warnings: loaded.warnings,
  };
}
