import {
  type Context,
  DEPLOYER,
  type Deployment,
  type PackageRequest,
  type Request,
  SOURCE,
  type SourceRef,
} from '@ostrata/contract';
import { Origin } from '@ostrata/origin';
import { FILES_SOURCE, filesSource, type PackageFile, packageFilesOf } from '@ostrata/source-definitions';
import { frozenFiles } from '../base/frozen.ts';
import { withStore } from '../base/open.ts';
import { enabledRepositories, rootOf } from '../base/repositories.ts';
import type { LayeringConfig } from '../config.schema.ts';
import { layeringError } from '../errors.ts';
import { applyChange, type Change, filesOf } from '../model/change.ts';
import { resetInitramfs } from '../model/initramfs.ts';
import { isEmpty, type Layers, localName, readLayers, writeLayers } from '../model/layers.ts';
import { asExtras, changeOf } from './wish.ts';

/** Metadata key of a commit for the digest of the Plan that it was made from, as rpm-ostree names it. */
const INPUT_HASH = 'rpmostree.inputhash';
/** Who asks, in messages of the solver. */
const ASKED_BY = 'the origin of the system';

/** `request.complete`: what the origin asks for, changed by what the verb wants, becomes part of the question. */
export async function completeLayers(
  request: Request,
  config: LayeringConfig,
  ctx: Context,
): Promise<Request | undefined> {
  const { deploy } = request;
  if (request.from !== 'fetch' || deploy === null || deploy.order !== undefined) return undefined;
  const deployments = (await (await ctx.get(DEPLOYER)).list(deploy.sysroot)).filter(
    ({ target, state }) => target.os === deploy.os && state !== 'prepared',
  );
  const [followed] = deployments;
  if (followed === undefined) return undefined;
  const origin = parseOrigin(deploy.origin ?? followed.target.origin, followed);
  const before = readLayers(origin);
  const root = rootOf(deploy.sysroot, bootedOf(deployments));
  const change = await settled(changeOf(deploy), request, () => enabledRepositories(root, config, ctx), ctx);
  if (change === null && isEmpty(before)) return undefined;

  const files = change === null ? [] : await readFiles(filesOf(change), request, ctx);
  const layers = change === null ? before : applyChange(before, change, files);
  writeLayers(origin, layers);
  if (change?.resetInitramfs) resetInitramfs(origin);
  const text = origin.toString();
  const same = isSameOrigin(text, followed);
  return {
    ...request,
    intent: { ...request.intent, ...intentFor(layers), weak: config.recommends },
    sources: await sourcesFor(layers, files, request, root, config, ctx),
    commit: { ...request.commit, ...(await madeBefore(deployments, same ? followed : null, request, ctx)) },
    deploy: {
      ...deploy,
      origin: text,
      extras: {
        ...deploy.extras,
        ...asExtras({ handled: true, layers, before, change, same, commit: followed.target.commit }),
      },
    },
  };
}

/** Frozen packages of a repository are the same as files of them. */
async function settled(
  change: Change | null,
  { cacheOnly }: Request,
  repositories: () => Promise<readonly SourceRef[]>,
  ctx: Context,
): Promise<Change | null> {
  if (change === null || !change.override.freeze || change.override.from === null) return change;
  const { replace, from } = change.override;
  const files = await frozenFiles(replace, from, await repositories(), cacheOnly, ctx);
  return { ...change, override: { ...change.override, replace: files, from: null } };
}

/** Requests and overrides as the solver is asked for them. */
export function intentFor(layers: Layers): Pick<Request['intent'], 'install' | 'remove' | 'replace'> {
  const asked = (spec: string, source?: string): PackageRequest => ({
    spec,
    origin: ASKED_BY,
    ...(source === undefined ? {} : { source }),
  });
  return {
    install: [
      ...layers.requested.map((spec) => asked(spec)),
      ...[...layers.local, ...layers.forced].map(({ nevra }) => asked(nevra, FILES_SOURCE)),
    ],
    remove: layers.remove,
    replace: [
      ...layers.replaceLocal.map(({ nevra }) => asked(nevra, FILES_SOURCE)),
      ...layers.replace.flatMap(({ repo, packages }) => packages.map((name) => asked(name, repo))),
    ],
  };
}

/** The system whose /etc counts: the running one. */
function bootedOf(deployments: readonly Deployment[]): Deployment {
  return deployments.find(({ booted }) => booted) ?? deployments[0]!;
}

export function parseOrigin(text: string, { id }: Deployment): Origin {
  try {
    return Origin.parse(text);
  } catch (error) {
    throw layeringError('LAYERING_ORIGIN', `The origin of ${id} cannot be read: ${(error as Error).message}.`, {
      hint: 'Correct the file DEPLOYMENT.origin beside the deployment, or deploy anew.',
      data: { deployment: id },
      cause: error,
    });
  }
}

async function readFiles(
  files: readonly string[],
  { store, cacheOnly }: Request,
  ctx: Context,
): Promise<readonly PackageFile[]> {
  if (files.length === 0) return [];
  const source = localSource(files, [], store.work, ctx);
  return packageFilesOf(await (await ctx.get(SOURCE, source.kind)).refresh(source, { cacheOnly }, ctx));
}

function localSource(
  files: readonly string[],
  imported: readonly string[],
  repository: string,
  ctx: Context,
): SourceRef {
  const source = filesSource(files, imported, repository, ctx.keys(SOURCE));
  if (source !== null) return source;
  throw layeringError('LAYERING_FILES', 'No plugin that reads package files is loaded.', {
    hint: 'Enable one, such as repo-rpm.',
    data: { packages: [...files, ...imported] },
  });
}

/** Package files of this run and of earlier ones, and repositories where somebody may need them. */
async function sourcesFor(
  layers: Layers,
  files: readonly PackageFile[],
  { store }: Request,
  root: string,
  config: LayeringConfig,
  ctx: Context,
): Promise<SourceRef[]> {
  const wanted = [...layers.local, ...layers.forced, ...layers.replaceLocal];
  const fresh = files.filter(({ digest }) => wanted.some((one) => one.digest === digest));
  const old = wanted.filter(({ digest }) => !fresh.some((one) => one.digest === digest)).map(localName);
  const local =
    wanted.length === 0
      ? []
      : [
          localSource(
            fresh.flatMap(({ file }) => file ?? []),
            old,
            store.work,
            ctx,
          ),
        ];
  const byName = layers.requested.length + layers.replace.length;
  const repositories = byName + wanted.length === 0 ? [] : await enabledRepositories(root, config, ctx);
  if (byName > 0 && repositories.length === 0) {
    throw layeringError('LAYERING_REPOSITORIES', `No repository is enabled in ${root}/etc/yum.repos.d.`, {
      hint: 'Enable one in a .repo file, or give packages as files.',
      data: { requested: [...layers.requested], directory: root },
    });
  }
  return [...local, ...repositories];
}

/** What the deployments that are there were made from: neither what is there nor what was there before is put together again. */
async function madeBefore(
  deployments: readonly Deployment[],
  same: Deployment | null,
  { store: { work } }: Request,
  ctx: Context,
): Promise<Pick<Request['commit'], 'previousDigest' | 'made'>> {
  return withStore(work, ctx, async (store) => {
    const digests = new Map<string, string>();
    for (const { target } of deployments) {
      if ((await store.resolve(target.commit)) === null) continue;
      const { metadata } = await store.readCommit(target.commit);
      const digest = metadata[INPUT_HASH]?.value;
      // What was composed elsewhere was made of other things.
      if (typeof digest === 'string' && metadata['rpmostree.clientlayer']?.value === true)
        digests.set(target.commit, digest);
    }
    const made = Object.fromEntries([...digests].map(([commit, digest]) => [digest, commit]));
    return { previousDigest: (same === null ? undefined : digests.get(same.target.commit)) ?? '', made };
  });
}

/** Whether both ask for the same, whatever is noted of the deployment itself. */
export function isSameOrigin(text: string, followed: Deployment): boolean {
  const plain = (one: string, deployment: Deployment) => {
    const origin = parseOrigin(one, deployment);
    origin.setText('libostree-transient', 'pinned', null);
    return origin.toString();
  };
  return plain(text, followed) === plain(followed.target.origin, followed);
}
