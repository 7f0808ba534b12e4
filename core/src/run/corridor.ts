import {
  type Commit,
  DEPLOYER,
  type Deployment,
  type DeployRequest,
  type Extras,
  type Halt,
  type Outcome,
  type Plan,
  type Request,
  STAGES,
  type Stage,
} from '@ostrata/contract';
import { coreError, messageOf } from '../errors.ts';
import { checkPlan } from './plan.ts';
import type { StageContext } from './stage-context.ts';
import { assemble } from './stages/assemble.ts';
import { baseCommit, commit, passThrough } from './stages/commit.ts';
import { deploy } from './stages/deploy.ts';
import { fetch } from './stages/fetch.ts';
import { finalize, stagedDeployment } from './stages/finalize.ts';
import { reorder } from './stages/reorder.ts';
import { resolve } from './stages/resolve.ts';

/**
 * What a run starts from: a request, or a Plan that an earlier one made. A Plan of a run that stopped there (a preview) is carried
 * out to the end.
 */
export type RunInput = Request | { readonly plan: Plan };

/** Runs one stage: announces it, and has the places to fail before and after it. */
export type Enter = <T>(stage: Stage, work: () => Promise<T>) => Promise<T>;

/** The whole way, from where the input starts to where it stops. No stage knows which verb the user typed. */
export async function walk(ctx: StageContext, enter: Enter, input: RunInput): Promise<Outcome> {
  if ('plan' in input) return fromPlan(ctx, enter, carriedOut(checkPlan(input.plan)));
  checkRequest(input);
  const sources = await enter('fetch', () => fetch(ctx, input));
  const { request } = sources;
  if (request.until === 'request') return { ...outcome('request', {}), extras: request.extras };
  if (request.from === 'finalize') return fromStaged(ctx, enter, request);
  if (request.from === 'deploy') {
    if (request.deploy?.order !== undefined) return fromOrder(ctx, enter, request.deploy, request.deploy.order);
    return fromCommit(ctx, enter, await baseCommit(ctx, sources), null, request, request.extras);
  }
  if (request.until === 'fetch') return outcome(request.until, {});
  return fromPlan(ctx, enter, await enter('resolve', () => resolve(ctx, sources)));
}

async function fromPlan(ctx: StageContext, enter: Enter, plan: Plan): Promise<Outcome> {
  if (plan.unchanged) return { ...outcome(plan.until, { plan }), status: 'unchanged' };
  if (!reaches(plan.until, 'assemble')) return outcome(plan.until, { plan });
  const assembled = await enter('assemble', () => assemble(ctx, plan));
  if (assembled === null || !reaches(plan.until, 'commit')) return outcome(plan.until, { plan });
  const made = await enter('commit', () =>
    'assembly' in assembled ? commit(ctx, assembled.assembly) : passThrough(ctx, plan, assembled.commit),
  );
  return fromCommit(ctx, enter, made, plan, plan, plan.inputs.extras);
}

async function fromCommit(
  ctx: StageContext,
  enter: Enter,
  made: Commit,
  plan: Plan | null,
  to: { readonly until: Halt; readonly deploy: DeployRequest | null },
  extras: Extras,
): Promise<Outcome> {
  const { until, deploy: wish } = to;
  if (!reaches(until, 'deploy') || wish === null) return outcome(until, { plan, commit: made });
  const deployment = await enter('deploy', () => deploy(ctx, made, wish, extras));
  const done = { plan, commit: made, deployment };
  if (!reaches(until, 'finalize') || deployment.state === 'staged') return outcome(until, done);
  return fromDeployment(ctx, enter, until, done);
}

async function fromStaged(ctx: StageContext, enter: Enter, request: Request): Promise<Outcome> {
  const deployment = await stagedDeployment(ctx, request.deploy?.sysroot ?? '/');
  return fromDeployment(ctx, enter, request.until, { plan: null, commit: null, deployment });
}

async function fromDeployment(
  ctx: StageContext,
  enter: Enter,
  until: Halt,
  records: { readonly plan: Plan | null; readonly commit: Commit | null; readonly deployment: Deployment },
): Promise<Outcome> {
  const deployment = await enter('finalize', () => finalize(ctx, records.deployment));
  return cleanedUp(ctx, deployment.target.sysroot, outcome(until, { ...records, deployment }));
}

async function fromOrder(
  ctx: StageContext,
  enter: Enter,
  { sysroot }: DeployRequest,
  order: readonly string[],
): Promise<Outcome> {
  const { deployment, isChanged } = await enter('finalize', () => reorder(ctx, sysroot, order));
  const status = isChanged ? 'done' : 'unchanged';
  return cleanedUp(ctx, sysroot, { ...outcome('finalize', { deployment }), status });
}

/** The new system is complete: what is left over must not make the run fail. */
async function cleanedUp(ctx: StageContext, sysroot: string, result: Outcome): Promise<Outcome> {
  try {
    // What is pruned must not be in use.
    ctx.closeStores();
    await (await ctx.get(DEPLOYER)).cleanup(sysroot, ctx.face);
  } catch (error) {
    ctx.progress.warning('CLEANUP_FAILED', `What nothing refers to any more could not be removed: ${messageOf(error)}`);
  }
  await ctx.notice('finalize.cleanup', result);
  return result;
}

function outcome(
  until: Halt,
  records: { readonly plan?: Plan | null; readonly commit?: Commit | null; readonly deployment?: Deployment | null },
): Outcome {
  return { status: 'done', until, plan: null, commit: null, deployment: null, extras: {}, ...records };
}

/** Whether a run that stops at `until` goes through a stage. */
function reaches(until: Halt, stage: Stage): boolean {
  if (until === 'request') return false;
  const last = until === 'download' || until === 'acquire' ? 'assemble' : until;
  return STAGES.indexOf(last) >= STAGES.indexOf(stage);
}

function carriedOut(plan: Plan): Plan {
  if (reaches(plan.until, 'assemble')) return plan;
  return { ...plan, until: plan.deploy === null ? 'commit' : 'finalize' };
}

function checkRequest({ from, until, deploy: wish, base }: Request): void {
  const refuse = (message: string, hint: string): never => {
    throw coreError('REQUEST_INVALID', message, { hint, data: { from, until } });
  };
  if (from !== 'fetch' && from !== 'deploy' && from !== 'finalize') {
    refuse(`A request cannot start at ${from}.`, 'Start at fetch, deploy or finalize, or from a Plan.');
  }
  if (until !== 'request' && !reaches(until, from))
    refuse(`A request that starts at ${from} cannot stop at ${until}.`, 'Stop later.');
  if (wish?.order !== undefined && from !== 'deploy')
    refuse(`A request that starts at ${from} only puts deployments in order.`, 'Start at deploy.');
  if (from === 'deploy' && base === null && wish?.order === undefined)
    refuse('A request that starts at deploy names no commit.', 'Give a base.');
  if (from !== 'fetch' && wish === null) refuse(`A request that starts at ${from} names no system.`, 'Give a sysroot.');
}
