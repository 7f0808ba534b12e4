import { type Context, DEPLOYER, type Deployment, type Plan } from '@ostrata/contract';
import { Origin } from '@ostrata/origin';
import { type DeploymentHealth, mergeHealth, readHealth, writeHealth } from '@ostrata/system-verbs';
import { healthError } from './errors.ts';
import { layersOf } from './start.ts';

/**
 * `resolve.plan`: what failed is not deployed again by itself. An upgrade has nothing to do then; whoever names the commit gets it. Throws
 * HEALTH_FAILED_COMMIT for other requests that come to it.
 */
export async function leaveFailed(plan: Plan, ctx: Context): Promise<Plan | undefined> {
  const { deploy, inputs } = plan;
  if (deploy === null || inputs.base === null) return undefined;
  const failed = failureOf(deploy.sysroot, inputs.base, deploy.origin ?? '', ctx);
  if (failed === null) return undefined;
  const when = new Date(failed.time * 1000).toISOString().replace('.000', '');
  const text = `The commit ${inputs.base} was found unhealthy at ${when}: ${failed.reason}`;
  const hint = `\`ostrata deploy revision=${inputs.base}\` tries it nevertheless, and \`ostrata health-check --forget ${inputs.base}\` forgets it.`;
  const running = (await (await ctx.get(DEPLOYER)).list(deploy.sysroot)).find(({ booted }) => booted);
  if (running === undefined || followedBy(running.target.origin) !== followedBy(deploy.origin ?? '')) {
    throw healthError('HEALTH_FAILED_COMMIT', `${text}.`, { hint, data: { commit: inputs.base, failed: failed.id } });
  }
  ctx.progress.warning('HEALTH_FAILED_COMMIT', `${text}. It is not deployed again.`, hint);
  return { ...plan, unchanged: true };
}

function failureOf(sysroot: string, image: string, origin: string, ctx: Context): DeploymentHealth | null {
  const failed = readHealth(ctx, sysroot).deployments.filter((one) => one.state === 'failed' && one.image === image);
  if (failed.length === 0 || Origin.parse(origin).overrideCommit === image) return null;
  const layers = layersOf(origin).join('\n');
  return failed.find((one) => one.layers.join('\n') === layers) ?? null;
}

function followedBy(origin: string): string | null {
  try {
    return Origin.parse(origin).followed;
  } catch {
    return null;
  }
}

/** `deploy.staged`: a new deployment begins anew, also one that has the name of an earlier one. */
export function beginAnew({ id, target }: Deployment, ctx: Context): void {
  const record = readHealth(ctx, target.sysroot);
  if (!record.deployments.some((one) => one.id === id)) return;
  const rest = record.deployments.filter((one) => one.id !== id);
  writeHealth(
    ctx,
    mergeHealth(
      { ...record, deployments: rest },
      [],
      rest.map((one) => one.id),
    ),
  );
}
