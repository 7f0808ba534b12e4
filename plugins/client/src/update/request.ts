import { type BaseRequest, type Context, type Extras, type Json, OBJECT_STORES, type Request } from '@ostrata/contract';
import { formatRefspec, type Origin, type Refspec } from '@ostrata/origin';
import { type Flags, type Stateroot, systemRequest } from '@ostrata/system-verbs';

/** What the taps of this plugin have to know of an update: `deploy.extras.client`. */
export interface UpdateWish {
  /** The commit that would boot next, and the image below its layers. */
  readonly before: string;
  readonly current: string;
  readonly allowOlder: boolean;
  /** Deploys also where the image stays the same: the origin changes. */
  readonly always: boolean;
  /** What has to be looked for on the branch before it is known what to deploy. */
  readonly find?: { readonly branch: { readonly [key in keyof Refspec]: Refspec[key] }; readonly revision: Revision };
  /** A ref that nobody follows afterwards. */
  readonly purge?: string;
}

/** A commit of a branch, as a user names it. */
export type Revision = { readonly version: string } | { readonly checksum: string };

export interface Update {
  readonly command: string;
  readonly origin: Origin;
  readonly branch: Refspec;
  /** A repository on this machine in place of the branch's remote. */
  readonly from?: string;
  /** In place of the newest commit of the branch. */
  readonly revision?: Revision;
  /** Whether the revision has to be on the branch. */
  readonly onBranch?: boolean;
  readonly allowOlder: boolean;
  readonly always: boolean;
  readonly purge?: string;
}

/** A request for a tree of a branch, which is deployed, or only looked at (`--check`, `--preview`) or fetched (`--download-only`). */
export async function updateRequest(update: Update, system: Stateroot, flags: Flags, ctx: Context): Promise<Request> {
  const { origin, branch, revision, always, allowOlder, purge } = update;
  const request = systemRequest(update.command, system, system.os, ctx);
  const before = system.followed.target.commit;
  const current = await imageOf(system.repository, before, ctx);
  const only = flags.is('check') || flags.is('preview');
  const checksum = revision !== undefined && 'checksum' in revision ? revision.checksum : null;
  const find = revision !== undefined && (checksum === null || update.onBranch === true) ? { branch, revision } : null;
  origin.overrideCommit = checksum;
  const wish: UpdateWish = {
    before,
    current,
    allowOlder,
    always,
    ...(find === null ? {} : { find }),
    ...(purge === undefined ? {} : { purge }),
  };
  const base = {
    ...baseRequest(branch, checksum, update.from),
    ...(allowOlder ? {} : { newerThan: current }),
    ...(only && !origin.isLayered ? { commitOnly: true } : {}),
  };
  return {
    ...request,
    until: only ? 'resolve' : flags.is('download-only') ? 'acquire' : 'finalize',
    base,
    cacheOnly: flags.is('cache-only'),
    deploy: {
      ...request.deploy,
      origin: origin.toString(),
      ...(flags.is('lock-finalization') ? { lock: true } : {}),
      extras: { client: wish as unknown as Json, ...layerChange(flags) },
    },
  };
}

/** What shall be laid over the tree besides, for the plugin that does that. */
function layerChange(flags: Flags): Extras {
  const [install, uninstall] = [flags.list('install'), flags.list('uninstall')];
  return install.length + uninstall.length === 0 ? {} : { layering: { change: { install, uninstall } } };
}

/** Where a tree of a branch comes from. */
export function baseRequest(branch: Refspec, checksum: string | null, from?: string): BaseRequest {
  const rev = checksum ?? formatRefspec(branch);
  if (from !== undefined) return { rev, pullFrom: from, pullRev: checksum ?? branch.ref };
  if (branch.remote === null) return { rev, pullFrom: null };
  const pullRev = checksum === null ? branch.ref : `${branch.ref}@${checksum}`;
  return { rev, pullFrom: `remote:${branch.remote}`, pullRev };
}

/** The image that a commit lays its packages over, else the commit itself. */
async function imageOf(repository: string, commit: string, ctx: Context): Promise<string> {
  const store = await (await ctx.get(OBJECT_STORES)).open(repository);
  try {
    const { parent, metadata } = await store.readCommit(commit);
    return metadata['rpmostree.clientlayer']?.value === true && parent !== null ? parent : commit;
  } finally {
    store.close();
  }
}
