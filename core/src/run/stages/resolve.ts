import {
  type Intent,
  identityAt,
  type Json,
  jsonDigest,
  OBJECT_STORES,
  PACKAGE_FORMAT,
  type PackageFormat,
  type PackageTable,
  PLAN_VERSION,
  type Plan,
  type PlanInputs,
  type Request,
  SOLVER,
  SOURCE,
  type Sources,
  type Transaction,
} from '@ostrata/contract';
import { coreError } from '../../errors.ts';
import type { StageContext } from '../stage-context.ts';
import { wantsPackages } from './fetch.ts';

/** Metadata key of a commit under which the digest of its Plan is kept, as rpm-ostree names it. */
export const INPUT_HASH = 'rpmostree.inputhash';

/** Sources → Plan: the last place where anything is decided. */
export async function resolve(ctx: StageContext, sources: Sources): Promise<Plan> {
  const { request } = sources;
  const parent = await resolveParent(ctx, request);
  const { intent } = await ctx.shape('resolve.intent', { intent: request.intent, sources });
  const inputs = await decide(ctx, sources, intent);
  const shaped = await ctx.shape('resolve.plan', {
    version: PLAN_VERSION,
    digest: '',
    inputs,
    store: request.store,
    until: request.until,
    cacheOnly: request.cacheOnly,
    snapshots: sources.snapshots,
    commit: {
      parent,
      timestamp: request.commit.timestamp ?? ctx.now(),
      version: null,
      metadata: {},
    },
    unchanged: false,
    deploy: request.deploy,
  });
  const digest = planDigest(shaped.inputs);
  const { force, previousDigest, made } = request.commit;
  const unchanged =
    !force && (shaped.unchanged || (previousDigest ?? (await madeFrom(ctx, request, shaped.commit.parent))) === digest);
  const known = force ? undefined : made?.[digest];
  const commit = known === undefined ? shaped.commit : { ...shaped.commit, made: known };
  const plan: Plan = { ...shaped, commit, digest, unchanged };
  await ctx.check('resolve.check', plan);
  return plan;
}

export function planDigest(inputs: PlanInputs): string {
  // Records are JSON by contract; an interface just has no index signature to show it.
  return jsonDigest(inputs as unknown as Json);
}

async function decide(ctx: StageContext, { base, snapshots, request }: Sources, intent: Intent): Promise<PlanInputs> {
  const { install, remove } = await solve(ctx, base, snapshots, intent, request);
  return {
    base,
    install: install.map(({ table, index, reason }) => table.planned(index, reason)),
    remove: remove.map(({ table, index }) => identityAt(table, index)),
    image: request.image,
    extras: request.extras,
  };
}

const NOTHING: Transaction = { install: [], remove: [], skipped: [] };

async function solve(
  ctx: StageContext,
  base: string | null,
  snapshots: Sources['snapshots'],
  intent: Intent,
  request: Request,
): Promise<Transaction> {
  if (!wantsPackages(intent) && intent.remove.length === 0) return NOTHING;
  const available = await Promise.all(
    snapshots.map(async (snapshot) => (await ctx.get(SOURCE, snapshot.source.kind)).open(snapshot, ctx.face)),
  );
  const format = await ctx.get(PACKAGE_FORMAT, formatOf(ctx, available));
  const installed = base === null ? null : await installedIn(ctx, format, base, request);
  const compare = (a: string, b: string) => format.compare(a, b);
  const solver = await ctx.get(SOLVER);
  return ctx.task('Solving dependencies', {}, async (task) => {
    const transaction = await solver.solve({ intent, available, installed, compare }, ctx.face);
    for (const { spec, reason } of transaction.skipped) {
      ctx.progress.warning('REQUEST_SKIPPED', `${spec} was left out: ${reason}`);
    }
    task.end('done', `${transaction.install.length} packages`);
    return transaction;
  });
}

async function installedIn(
  ctx: StageContext,
  format: PackageFormat,
  base: string,
  request: Request,
): Promise<PackageTable> {
  const store = await ctx.store(request.store.work, {});
  return format.installed(await store.openTree(base));
}

/** The one format of all tables; without tables (only removals) the one that is loaded. */
function formatOf(ctx: StageContext, tables: readonly PackageTable[]): string {
  const formats = new Set(tables.map((table) => table.format));
  if (formats.size > 1) {
    const list = tables.map((table) => `${table.source} (${table.format})`).join(', ');
    throw coreError('FORMATS_MIXED', `The sources have packages of different formats: ${list}.`, {
      hint: 'Enable sources of one format only.',
    });
  }
  const [format = ctx.keys(PACKAGE_FORMAT)[0]] = formats;
  if (format !== undefined) return format;
  throw coreError('FORMAT_UNKNOWN', 'No plugin knows a package format.', { hint: 'Enable one, such as repo-rpm.' });
}

async function resolveParent(ctx: StageContext, { commit, image, store }: Request): Promise<string | null> {
  const rev = commit.parent === 'auto' ? image.ref : commit.parent;
  if (rev === null) return null;
  const target = await openTarget(ctx, store);
  const parent = (await target?.resolve(rev)) ?? null;
  if (parent !== null || commit.parent === 'auto') return parent;
  throw coreError(
    'PARENT_UNKNOWN',
    `There is no ${rev} in the repository ${store.target ?? store.work} to be the parent.`,
    {
      hint: 'Give another parent, or none.',
      data: { rev, repository: store.target ?? store.work },
    },
  );
}

/** Digest of the Plan that a commit was made from; null when that is not known. */
async function madeFrom(ctx: StageContext, request: Request, commit: string | null): Promise<string | null> {
  if (commit === null) return null;
  const target = await openTarget(ctx, request.store);
  const value = (await target?.readCommit(commit))?.metadata[INPUT_HASH]?.value;
  return typeof value === 'string' ? value : null;
}

/** The repository that gets the commit; null where commit will make it. */
async function openTarget(ctx: StageContext, { target, work }: Request['store']) {
  if (target === null) return ctx.store(work, {});
  return (await (await ctx.get(OBJECT_STORES)).exists(target)) ? ctx.store(target) : null;
}
