import { type Intent, type Request, type Snapshot, SOURCE, type SourceRef, type Sources } from '@ostrata/contract';
import { coreError } from '../../errors.ts';
import type { StageContext } from '../stage-context.ts';

/** Request → Sources: completes the request, and brings the base image and the sources' metadata here, in parallel. */
export async function fetch(ctx: StageContext, request: Request): Promise<Sources> {
  const completed = await ctx.shape('request.complete', request);
  await ctx.check('request.check', completed);
  if (completed.until === 'request' || completed.from === 'finalize' || completed.deploy?.order !== undefined)
    return { request: completed, base: null, snapshots: [] };
  const sources = await ctx.shape('fetch.sources', completed.sources);
  checkIds(sources);
  const complete = { ...completed, sources };

  const [base, snapshots] = await Promise.all([
    bringBase(ctx, complete),
    wantsPackages(complete.intent) ? refreshAll(ctx, complete) : [],
  ]);
  for (const snapshot of snapshots) await ctx.check('fetch.verify', snapshot);
  return { request: complete, base, snapshots };
}

/** Without it no metadata is needed: an upgrade of an image with nothing layered asks no repository. */
export function wantsPackages(intent: Intent): boolean {
  return intent.install.length > 0 || intent.replace.length > 0;
}

function checkIds(sources: readonly SourceRef[]): void {
  const ids = sources.map((source) => source.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return;
  throw coreError('SOURCE_DUPLICATE', `Two package sources have the id ${twice}.`, {
    hint: 'Rename or remove one of them.',
    data: { id: twice },
  });
}

/** Returns, or throws the first error, once nothing is running any more. */
function refreshAll(ctx: StageContext, { sources, cacheOnly }: Request): Promise<readonly Snapshot[]> {
  return ctx.task('Refreshing package sources', { unit: 'items', total: sources.length }, async (task) => {
    let done = 0;
    const refreshing = sources.map(async (source) => {
      const provider = await ctx.get(SOURCE, source.kind);
      const snapshot = await provider.refresh(source, { cacheOnly }, ctx.face);
      done += 1;
      task.advance(done, source.id);
      return snapshot;
    });
    await Promise.allSettled(refreshing);
    return Promise.all(refreshing);
  });
}

async function bringBase(ctx: StageContext, { base, store: { work }, cacheOnly }: Request): Promise<string | null> {
  if (base === null) return null;
  const store = await ctx.store(work, {});
  const { rev, pullFrom, pullRev = rev, newerThan, commitOnly = false } = base;
  if (pullFrom !== null && !cacheOnly) {
    const options = { commitsOnly: commitOnly, ...(newerThan === undefined ? {} : { newerThan }) };
    await store.pull(pullFrom, [pullRev], ctx.face, options);
  }
  const commit = await store.resolve(rev);
  if (commit !== null) return commit;
  throw coreError('BASE_UNKNOWN', `There is no ${rev} in the repository ${work}.`, {
    hint: 'Check the name of the ref, or pull it first.',
    data: { rev, repository: work },
  });
}
