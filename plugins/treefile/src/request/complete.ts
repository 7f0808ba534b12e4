import { type Context, type Json, OBJECT_STORES, type Request } from '@ostrata/contract';
import { SIGNER } from '@ostrata/signatures';
import { treefileError } from '../errors.ts';
import { flatten } from '../flatten.ts';
import { readLockfiles } from '../load/lockfile.ts';
import { checkComposable } from '../model/check.ts';
import { unresolved } from '../model/variables.ts';
import type { RunMemory } from '../run-memory.ts';
import { basearchOf } from './basearch.ts';
import { readContents } from './contents.ts';
import { treefileImage } from './image.ts';
import { treefileIntent } from './intent.ts';
import { readOptions } from './options.ts';
import { treefileSources } from './sources.ts';
import { refuseUnsupported } from './unsupported.ts';

/** Reads the treefile that a request names, with all it refers to, and completes the request by it. */
export async function completeRequest(request: Request, ctx: Context, memory: RunMemory): Promise<Request | undefined> {
  const given = request.extras['treefile'];
  if (given === undefined) return undefined;
  const options = readOptions(given);
  const flattened = flatten(options.path, { basearch: basearchOf(ctx.environment.arch) });
  for (const warning of flattened.warnings) {
    ctx.progress.warning(warning.code, warning.message, warning.hint ?? undefined);
  }
  const { treefile } = flattened;
  for (const name of unresolved(treefile.ref ?? '')) {
    ctx.progress.warning(
      'TREEFILE_VALUE',
      `The ref ${treefile.ref} refers to the variable ${name}, which is not defined.`,
    );
  }
  const pins = readLockfiles(options.lockfiles);
  memory.remember(ctx, { options, pins, flattened: treefile });
  const printOnly = options.printOnly || request.until === 'request';
  if (printOnly) return withExtras(request, { ...(given as object), flattened: treefile } as Json);

  refuseUnsupported(flattened);
  checkComposable(treefile, flattened.origins);
  const contents = readContents(flattened);
  const image = treefileImage(request.image, treefile);
  const parent = options.noRef ? await parentWithoutRef(request, image.ref, ctx) : request.commit.parent;
  const completed: Request = {
    ...request,
    sources: [...request.sources, ...treefileSources(options.path, flattened, options.lockfiles.length > 0)],
    intent: treefileIntent(request.intent, flattened, pins, options),
    image: options.noRef ? { ...image, ref: null } : image,
    commit: { ...request.commit, parent },
  };
  return withExtras(signedBy(treefile['gpg-key'], completed, ctx), contents as unknown as Json);
}

/** Leaves the key of a treefile for the plugin that signs with OpenPGP keys. Without one nothing would be signed, and nobody told. */
function signedBy(key: string | undefined, request: Request, ctx: Context): Request {
  if (key === undefined) return request;
  if (!ctx.keys(SIGNER).includes('gpg')) {
    throw treefileError('TREEFILE_UNSUPPORTED', `"gpg-key" names ${key}, and no plugin signs with OpenPGP keys.`, {
      hint: 'Enable the plugin sign-gpg, or remove "gpg-key".',
      data: { field: 'gpg-key', origin: null },
    });
  }
  return { ...request, extras: { ...request.extras, 'sign-gpg': { key } } };
}

function withExtras(request: Request, own: Json): Request {
  return { ...request, extras: { ...request.extras, treefile: own } };
}

/** What the ref names now: a commit that no ref shall name still continues it. */
async function parentWithoutRef(request: Request, ref: string | null, ctx: Context): Promise<string | null> {
  if (request.commit.parent !== 'auto') return request.commit.parent;
  if (ref === null) return null;
  const stores = await ctx.get(OBJECT_STORES);
  const location = request.store.target ?? request.store.work;
  if (!(await stores.exists(location))) return null;
  const store = await stores.open(location);
  try {
    return await store.resolve(ref);
  } finally {
    store.close();
  }
}
