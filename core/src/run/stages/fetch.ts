import {
  type Intent,
  type Request,
  type Snapshot,
  SOURCE,
  type SourceRef,
  type Sources,
} from '../../contract/index.ts';
import { coreError } from '../../errors.ts';
import type { StageContext } from '../stage-context.ts';

/** Request → Sources: completes the request, and brings the base image and the sources' metadata here, in parallel. */
export async function fetch(ctx: StageContext, request: Request): Promise<Sources> {
  const completed = await ctx.shape('request.complete', request);
  await ctx.check('request.check', completed);
  if (completed.until === 'request' || completed.from === 'finalize')
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

async function refreshAll(ctx: StageContext, request: Request): Promise<readonly Snapshot[]> {
  const task = ctx.progress.task('Refreshing package sources', { unit: 'items', total: request.sources.length });
  let done = 0;
  try {
    const snapshots = await settled(
      request.sources.map(async (source) => {
        const provider = await ctx.get(SOURCE, source.kind);
        const snapshot = await provider.refresh(source, { cacheOnly: request.cacheOnly }, ctx);
        done += 1;
        task.advance(done, source.id);
        return snapshot;
      }),
    );
    task.end();
    return snapshots;
  } finally {
    task.end('failed');
  }
}

/** All results, or the first error once nothing is running any more. */
async function settled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

async function bringBase(ctx: StageContext, { base, store: { work }, cacheOnly }: Request): Promise<string | null> {
  if (base === null) return null;
  const store = await ctx.store(work, {});
  if (base.pullFrom !== null && !cacheOnly) await store.pull(base.pullFrom, [base.rev], ctx);
  const commit = await store.resolve(base.rev);
  if (commit !== null) return commit;
  throw coreError('BASE_UNKNOWN', `There is no ${base.rev} in the repository ${work}.`, {
    hint: 'Check the name of the ref, or pull it first.',
    data: { rev: base.rev, repository: work },
  });
}
