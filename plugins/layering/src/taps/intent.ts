import type { Context, Intent, Sources } from '@ostrata/contract';
import { findActive } from '../base/active.ts';
import { packagesOf, withStore } from '../base/open.ts';
import { isEmpty } from '../model/layers.ts';
import { intentFor } from './complete.ts';
import type { ActiveMemory } from './memory.ts';
import { wishOf } from './wish.ts';

/** `resolve.intent`: what has no effect on the image that was brought is left out of the question. */
export async function narrowIntent(
  intent: Intent,
  { base, request }: Sources,
  memory: ActiveMemory,
  ctx: Context,
): Promise<Intent | undefined> {
  const wish = wishOf(request.deploy);
  if (wish === undefined || base === null) return undefined;
  if (isEmpty(wish.layers)) {
    memory.remember(ctx, { layers: wish.layers, inactive: [] });
    return undefined;
  }
  const active = await withStore(request.store.work, ctx, async (store) =>
    findActive(wish.layers, await packagesOf(store, base, ctx), wish),
  );
  memory.remember(ctx, active);
  for (const { request: asked, reason } of active.inactive) {
    ctx.progress.message(`Inactive request: ${asked} (${reason})`);
  }
  return { ...intent, ...intentFor(active.layers) };
}
