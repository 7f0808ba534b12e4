import { BOOTLOADER, DEPLOYER, type Deployment, type Json, type Recovery } from '@ostrata/contract';
import { coreError, messageOf } from '../errors.ts';
import type { Recoveries } from '../host/recoveries.ts';
import type { RunState } from './run-state.ts';

/** Journal lines of the core's own stages. */
export const DEPLOYMENT_KIND = 'core.deployment';
export const SWAP_KIND = 'core.swap';

/** What is written before a deployment is prepared: the ids of those that were there. */
export interface DeploymentIntent {
  readonly sysroot: string;
  readonly before: readonly string[];
}

const DEPLOYMENT: Recovery = {
  undo: async (data, ctx) => {
    const { sysroot, before } = data as unknown as DeploymentIntent;
    const deployer = await ctx.get(DEPLOYER);
    for (const deployment of await deployer.list(sysroot)) {
      if (!before.includes(deployment.id)) await deployer.discard(deployment, ctx);
    }
  },
  redo: () => {},
};

const SWAP: Recovery = {
  undo: () => {},
  redo: async (data, ctx) => {
    const wanted = data as unknown as Deployment;
    const deployer = await ctx.get(DEPLOYER);
    const found = (await deployer.list(wanted.target.sysroot)).find((deployment) => deployment.id === wanted.id);
    // An active one may lack the boot loader's part of the swap.
    if (found === undefined) return;
    await deployer.swap(wanted, await ctx.get(BOOTLOADER, wanted.bootloader), ctx);
  },
};

export function addCoreRecoveries(recoveries: Recoveries): void {
  recoveries.add(DEPLOYMENT_KIND, 'core', DEPLOYMENT);
  recoveries.add(SWAP_KIND, 'core', SWAP);
}

/** Undoes or redoes one journal line through the plugin that knows its kind. Throws RECOVERY_FAILED. */
export async function recoverIntention(
  state: RunState,
  { kind, data }: { readonly kind: string; readonly data: Json },
  direction: 'undo' | 'redo',
): Promise<void> {
  const { guard, recoveries } = state.settings.loaded;
  const { plugin, recovery } = recoveries.find(kind);
  // A cancelled run is brought in order as well.
  const signal = new AbortController().signal;
  const ctx = state.contextFor(plugin, null, signal);
  try {
    await guard.call({ stage: state.stage, hook: null, plugin }, { ...state.watch, signal }, () =>
      recovery[direction](data, ctx),
    );
  } catch (error) {
    throw coreError(
      'RECOVERY_FAILED',
      `A run could not be ${direction === 'undo' ? 'undone' : 'completed'} (${kind}): ${messageOf(error)}`,
      {
        hint: 'Remove the cause and run again: what was begun is kept in the journal.',
        data: { kind, direction },
        cause: error,
      },
    );
  }
}
