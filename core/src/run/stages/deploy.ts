import {
  BOOTLOADER,
  type BootTarget,
  type Commit,
  DEPLOYER,
  type Deployment,
  type DeployRequest,
  type Extras,
} from '@ostrata/contract';
import { coreError } from '../../errors.ts';
import { DEPLOYMENT_KIND, type DeploymentIntent } from '../recover.ts';
import type { StageContext } from '../stage-context.ts';

/** Commit → Deployment: prepared beside the others, or staged for shutdown. Everything here can be taken back. */
export async function deploy(
  ctx: StageContext,
  commit: Commit,
  request: DeployRequest,
  extras: Extras,
): Promise<Deployment> {
  const deployer = await ctx.get(DEPLOYER);
  const existing = await deployer.list(request.sysroot);
  const followed = followedBy(existing, request.os);
  const target = await ctx.shape('deploy.target', {
    sysroot: request.sysroot,
    os: request.os,
    commit: commit.id,
    kargs: followed?.target.kargs ?? [],
    initrds: followed?.target.initrds ?? [],
    origin: request.origin ?? followed?.target.origin ?? '',
    stage: request.stage,
    ...(request.lock ? { lock: true } : {}),
    extras: { ...extras, ...request.extras },
  });
  const bootloader = await chooseBootloader(ctx, target);
  await ctx.check('deploy.check', target);

  const intent: DeploymentIntent = { sysroot: target.sysroot, before: existing.map((deployment) => deployment.id) };
  const complete = await ctx.intend(DEPLOYMENT_KIND, { ...intent });
  const prepared = await deployer.prepare(target, bootloader, ctx.face);
  ctx.failpoint('deploy.prepared');
  const deployment = target.stage ? await deployer.stage(prepared, ctx.face) : prepared;
  await ctx.step('deploy.staged', deployment);
  await complete();
  return deployment;
}

/**
 * The deployment whose kernel arguments and origin a new one of a stateroot takes over: the one that would boot next, so that one change
 * after the other adds up before a reboot.
 */
function followedBy(existing: readonly Deployment[], os: string): Deployment | undefined {
  return existing.find(({ target, state }) => target.os === os && state !== 'prepared');
}

/** Key of the boot loader that a target is started by. Throws BOOTLOADER_NONE. */
export async function chooseBootloader(ctx: StageContext, target: BootTarget): Promise<string> {
  const key = (await ctx.choose('deploy.bootloader', target)) ?? (await mostCertain(ctx, target));
  await ctx.get(BOOTLOADER, key);
  return key;
}

async function mostCertain(ctx: StageContext, target: BootTarget): Promise<string> {
  let best = { key: '', certainty: 0 };
  const keys = ctx.keys(BOOTLOADER);
  for (const key of keys) {
    const certainty = await (await ctx.get(BOOTLOADER, key)).probe(target.sysroot, ctx.face);
    if (certainty > best.certainty) best = { key, certainty };
  }
  if (best.certainty > 0) return best.key;
  throw coreError('BOOTLOADER_NONE', `No boot loader recognises ${target.sysroot}.`, {
    hint: keys.length > 0 ? `These were asked: ${keys.join(', ')}. Enable another.` : 'Enable one, such as boot-grub.',
    data: { sysroot: target.sysroot, asked: keys },
  });
}
