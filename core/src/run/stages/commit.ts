import type { Assembly, Commit, CommitMeta, ObjectStore, Plan, Publication, Sources } from '@ostrata/contract';
import type { StageContext } from '../stage-context.ts';
import { INPUT_HASH } from './resolve.ts';

/** Mode of a target repository that is made: the one that is served over HTTP. */
const PUBLISHED_MODE = 'archive';

/** Tree → Commit: written where the tree lives, pulled to where it is wanted, signed, and named by the ref last. */
export async function commit(ctx: StageContext, assembly: Assembly): Promise<Commit> {
  const { plan, tree, store } = assembly;
  const { meta } = await ctx.shape('commit.metadata', { meta: describe(plan), assembly });
  const publication = await ctx.task('Writing the commit', {}, async (task): Promise<Publication> => {
    const id = await store.commit(tree, meta);
    ctx.failpoint('commit.written');
    const written = { commit: { id, meta, plan }, store: await publish(ctx, plan, id) };
    await ctx.step('commit.sign', written);
    if (meta.ref !== null) await written.store.setRef(meta.ref, id);
    task.end('done', id);
    return written;
  });
  await ctx.notice('commit.published', publication);
  return publication.commit;
}

/** A commit that was not made here but passes straight through. */
export async function passThrough(ctx: StageContext, plan: Plan, id: string): Promise<Commit> {
  return existing(await publish(ctx, plan, id), id);
}

/** The base of a request that starts at deploy. */
export async function baseCommit(ctx: StageContext, { base, request }: Sources): Promise<Commit> {
  return existing(await ctx.store(request.store.work, {}), base ?? '');
}

async function existing(store: ObjectStore, id: string): Promise<Commit> {
  const { parent, subject, body, timestamp, metadata } = await store.readCommit(id);
  return { id, meta: { ref: null, parent, subject, body, timestamp, metadata }, plan: null };
}

function describe(plan: Plan): CommitMeta {
  const { image } = plan.inputs;
  const { version } = plan.commit;
  return {
    ref: image.ref,
    parent: plan.commit.parent,
    subject: image.subject,
    body: '',
    timestamp: plan.commit.timestamp,
    metadata: {
      ...image.metadata,
      ...plan.commit.metadata,
      ...(version === null ? {} : { version: { type: 's', value: version } }),
      [INPUT_HASH]: { type: 's', value: plan.digest },
    },
  };
}

async function publish(ctx: StageContext, { store }: Plan, id: string) {
  const work = await ctx.store(store.work, {});
  if (store.target === null || store.target === store.work) return work;
  const target = await ctx.store(store.target, { mode: PUBLISHED_MODE });
  await target.pull(work.location, [id], ctx.face);
  ctx.failpoint('commit.pulled');
  return target;
}
