import { type Context, type PackageTable, type Snapshot, SOURCE } from '@ostrata/contract';
import type { SourceDefinition } from '@ostrata/source-definitions';
import type { Input } from '../input.ts';
import { enabled, KIND } from './select.ts';

/** A repository with its metadata. */
export interface OpenRepository {
  readonly definition: SourceDefinition;
  readonly snapshot: Snapshot;
  readonly table: PackageTable;
}

/** Brings the metadata of repositories into the cache, all at once. The first one that fails ends it. */
export async function refreshAll(
  definitions: readonly SourceDefinition[],
  cacheOnly: boolean,
  ctx: Context,
): Promise<Snapshot[]> {
  const source = await ctx.get(SOURCE, KIND);
  const task = ctx.progress.task('Refreshing repositories', { unit: 'items', total: definitions.length });
  let done = 0;
  let result: 'done' | 'failed' = 'failed';
  try {
    const snapshots = await Promise.all(
      definitions.map(async ({ id, source: ref }) => {
        const snapshot = await source.refresh(ref!, { cacheOnly }, ctx);
        task.advance(++done, id);
        return snapshot;
      }),
    );
    result = 'done';
    return snapshots;
  } finally {
    task.end(result);
  }
}

/** Opens the repositories that count. */
export async function openRepositories(input: Input, ctx: Context): Promise<OpenRepository[]> {
  const definitions = await enabled(input, ctx);
  const snapshots = await refreshAll(definitions, input.flag('cacheonly'), ctx);
  const source = await ctx.get(SOURCE, KIND);
  return Promise.all(
    definitions.map(async (definition, i) => {
      const snapshot = snapshots[i]!;
      return { definition, snapshot, table: await source.open(snapshot, ctx) };
    }),
  );
}
