import { BOOTLOADER, DEPLOYER, type Deployment, type Json } from '@ostrata/contract';
import { coreError } from '../../errors.ts';
import { SWAP_KIND } from '../recover.ts';
import type { StageContext } from '../stage-context.ts';

/** Deployment → active Deployment: /etc is merged, the boot menu is written, and the swap makes it the default. */
export async function finalize(ctx: StageContext, deployment: Deployment): Promise<Deployment> {
  const deployer = await ctx.get(DEPLOYER);
  const bootloader = await ctx.get(BOOTLOADER, deployment.bootloader);
  await ctx.check('finalize.before', deployment);

  await deployer.mergeEtc(deployment, ctx.face);
  ctx.failpoint('finalize.merged');
  await deployer.arrange(deployment, bootloader, ctx.face);
  ctx.failpoint('finalize.written');

  const complete = await ctx.intend(SWAP_KIND, deployment as unknown as Json);
  ctx.swap();
  const active = await deployer.swap(deployment, bootloader, ctx.face);
  ctx.failpoint('finalize.swapped');
  await complete();
  return active;
}

/** The deployment that an earlier run left for shutdown. */
export async function stagedDeployment(ctx: StageContext, sysroot: string): Promise<Deployment> {
  const deployer = await ctx.get(DEPLOYER);
  const staged = (await deployer.list(sysroot)).find((deployment) => deployment.state === 'staged');
  if (staged !== undefined) return staged;
  throw coreError('STAGED_NONE', `There is no staged deployment below ${sysroot}.`, { data: { sysroot } });
}
