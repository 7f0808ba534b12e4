import {
  type BootTarget,
  type Context,
  type Deployment,
  type Json,
  OBJECT_STORES,
  type ObjectStore,
  type Plan,
  type Request,
} from '@ostrata/contract';
import { Origin } from '@ostrata/origin';
import { clientError } from '../errors.ts';
import { findRevision } from './find-revision.ts';
import { baseRequest, type UpdateWish } from './request.ts';

export const wishOf = (holder: { readonly extras: BootTarget['extras'] } | null): UpdateWish | undefined =>
  holder?.extras['client'] as unknown as UpdateWish | undefined;

/** `request.complete`: a version or checksum is looked for on its branch. */
export async function completeRevision(request: Request, ctx: Context): Promise<Request | undefined> {
  const { deploy } = request;
  const find = wishOf(deploy)?.find;
  if (deploy === null || find === undefined) return undefined;
  const checksum = await withStore(request.store.work, ctx, (store) =>
    findRevision(store, find, request.cacheOnly, ctx),
  );
  const origin = Origin.parse(deploy.origin ?? '');
  origin.overrideCommit = checksum;
  return {
    ...request,
    base: { ...request.base, ...baseRequest(find.branch, checksum) },
    deploy: { ...deploy, origin: origin.toString() },
  };
}

/** `resolve.plan`: nothing is to be done when the same image is there, and nothing is laid over it. */
export function isUnchanged(plan: Plan): boolean {
  const wish = wishOf(plan.deploy);
  // Other layers are asked for, though they may be none for this image.
  const layering = plan.deploy?.extras['layering'] as { readonly change?: Json } | undefined;
  if (layering?.change) return false;
  const { base, install, remove } = plan.inputs;
  return wish !== undefined && !wish.always && install.length === 0 && remove.length === 0 && base === wish.before;
}

/** `resolve.check`: time goes forwards, and layers do not get lost. */
export async function checkUpdate(plan: Plan, ctx: Context): Promise<void> {
  const wish = wishOf(plan.deploy);
  const { base } = plan.inputs;
  if (wish === undefined || base === null) return;
  checkLayers(plan);
  if (wish.allowOlder || base === wish.current) return;
  await withStore(plan.store.work, ctx, async (store) => {
    const [next, now] = [await store.readCommit(base), await store.readCommit(wish.current)];
    if (next.timestamp >= now.timestamp) return;
    throw clientError(
      'CLIENT_DOWNGRADE',
      `The commit ${base} of ${time(next.timestamp)} is older than ${wish.current} of ${time(now.timestamp)}, which is there.`,
      {
        hint: 'With --allow-downgrade it is deployed nevertheless.',
        data: { commit: base, timestamp: next.timestamp, current: wish.current, currentTimestamp: now.timestamp },
      },
    );
  });
}

function checkLayers({ deploy, inputs }: Plan): void {
  if (isHandled(deploy?.extras['layering'])) return;
  const origin = Origin.parse(deploy?.origin ?? '');
  const asked = ['requested', 'requested-local', 'requested-local-fileoverride'].flatMap((key) =>
    origin.list('packages', key),
  );
  const overrides = ['remove', 'replace', 'replace-local'].flatMap((key) => origin.list('overrides', key));
  if (deploy?.extras['layering'] !== undefined) {
    throw clientError('CLIENT_LAYERS', 'No plugin is loaded that lays packages over images.', {
      hint: 'Leave out --install and --uninstall, or enable one.',
    });
  }
  if (asked.length + overrides.length === 0) return;
  if (inputs.install.length + inputs.remove.length > 0 || Object.keys(inputs.extras).length > 0) return;
  throw clientError(
    'CLIENT_LAYERS',
    `These are laid over the image and would get lost: ${[...asked, ...overrides].join(', ')}.`,
    {
      hint: 'Enable a plugin that lays packages over images.',
      data: { packages: asked, overrides },
    },
  );
}

/** Whether a plugin says that it sees to what the origin wants to be laid over the image, though it may be nothing for this one. */
function isHandled(extras: Json | undefined): boolean {
  return (extras as { readonly handled?: Json } | undefined)?.handled === true;
}

/** `deploy.staged`: a ref that nobody follows any more is not kept up to date either. */
export async function purgeRef(deployment: Deployment, ctx: Context): Promise<void> {
  const purge = wishOf(deployment.target)?.purge;
  if (purge === undefined) return;
  await withStore(`${deployment.target.sysroot}/ostree/repo`, ctx, (store) => store.setRef(purge, null));
}

export async function withStore<T>(
  location: string,
  ctx: Context,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const store = await (await ctx.get(OBJECT_STORES)).open(location);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

const time = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');
