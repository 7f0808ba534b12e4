import { BOOTLOADER, DEPLOYER, type Deployment } from '@ostrata/contract';
import { coreError } from '../../errors.ts';
import type { StageContext } from '../stage-context.ts';
import { chooseBootloader } from './deploy.ts';

/** What a new order of deployments gave. */
export interface Reordered {
  /** The default afterwards; null where no deployment is left. */
  readonly deployment: Deployment | null;
  readonly isChanged: boolean;
}

/** Puts deployments in another order, or takes some away, without making one: only what boots is swapped. */
export async function reorder(ctx: StageContext, sysroot: string, order: readonly string[]): Promise<Reordered> {
  const deployer = await ctx.get(DEPLOYER);
  const existing = (await deployer.list(sysroot)).filter(({ state }) => state !== 'prepared');
  const wanted = order.map((id) => find(existing, id, sysroot));
  const [first = null] = wanted;
  const isChanged = wanted.length !== existing.length || wanted.some((one, index) => one !== existing[index]);
  if (!isChanged) return { deployment: first, isChanged };
  // An empty menu is written by the boot loader of the deployments that were there.
  const { target } = first ?? existing[0]!;
  const bootloader = await ctx.get(BOOTLOADER, await chooseBootloader(ctx, target));
  ctx.swap();
  await deployer.reorder(sysroot, order, bootloader, ctx.face);
  ctx.failpoint('reorder.swapped');
  const after = await deployer.list(sysroot);
  return { deployment: after.find(({ id }) => id === first?.id) ?? null, isChanged };
}

function find(existing: readonly Deployment[], id: string, sysroot: string): Deployment {
  const found = existing.find((deployment) => deployment.id === id);
  if (found !== undefined) return found;
  throw coreError('DEPLOYMENT_UNKNOWN', `There is no deployment ${id} below ${sysroot}.`, {
    hint: '`ostrata status --json` shows which there are.',
    data: { id, sysroot },
  });
}
