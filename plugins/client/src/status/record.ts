import type { Context, Deployment, Json, Metadata, ObjectStore, StoredCommit } from '@ostrata/contract';
import { formatRefspec, type Origin } from '@ostrata/origin';
import { originOf } from '../origin.ts';
import { plain, plainMetadata } from './plain.ts';
import { type SignatureRecord, signaturesOf } from './signatures.ts';

/** A deployment under the keys of rpm-ostree's `status --json`; times in seconds since the epoch. */
export type DeploymentRecord = {
  readonly [key: string]: Json;
  readonly id: string;
  readonly osname: string;
  readonly checksum: string;
  readonly serial: number;
  readonly booted: boolean;
  readonly staged: boolean;
  readonly pinned: boolean;
  readonly unlocked: string;
  readonly signatures: readonly SignatureRecord[];
};

/** Metadata that is long, or has a key of its own. */
const LEFT_OUT = [
  'rpmostree.rpmdb.pkglist',
  'rpmostree.advisories',
  'rpmostree.packages',
  'rpmostree.modules',
  'rpmostree.spec',
  'rpmostree.removed-base-packages',
  'rpmostree.replaced-base-packages',
  'rpmostree.replaced-base-remote-packages',
];

/** Lists of packages that came as files, `DIGEST:NEVRA` in the origin, by key of the record, which has the NEVRA. */
const REQUESTED_FILES = {
  'requested-local-packages': ['packages', 'requested-local'],
  'requested-local-fileoverride-packages': ['packages', 'requested-local-fileoverride'],
  'requested-base-local-replacements': ['overrides', 'replace-local'],
} as const;

/** Other lists of the origin, by key of the record. */
const REQUESTED = {
  'requested-packages': ['packages', 'requested'],
  'requested-base-removals': ['overrides', 'remove'],
  'initramfs-etc': ['rpmostree', 'initramfs-etc'],
  'initramfs-args': ['rpmostree', 'initramfs-args'],
} as const;

/** Everything about a deployment that programs and people are told. What is broken or not there any more is left out. */
export async function deploymentRecord(
  deployment: Deployment,
  store: ObjectStore,
  ctx: Context,
): Promise<DeploymentRecord> {
  const { id, target, serial, state } = deployment;
  const origin = originOf(deployment);
  const commit = await commitOf(store, target.commit);
  const base = commit === null ? null : await baseOf(store, commit);
  const shown = base ?? commit;
  return {
    id,
    osname: target.os,
    checksum: target.commit,
    serial,
    ...details('', commit),
    ...(base === null ? {} : { 'base-checksum': base.id, ...details('base-', base) }),
    ...(await followedBy(origin, shown, store)),
    'layered-commit-meta': base === null || commit === null ? null : meta(commit.metadata),
    'base-commit-meta': shown === null ? {} : meta(shown.metadata),
    ...endOfLife(shown),
    packages: plain(commit?.metadata['rpmostree.packages']) ?? [],
    'base-removals': plain(commit?.metadata['rpmostree.removed-base-packages']) ?? [],
    'base-local-replacements': plain(commit?.metadata['rpmostree.replaced-base-packages']) ?? [],
    'base-remote-replacements': plain(commit?.metadata['rpmostree.replaced-base-remote-packages']) ?? {},
    ...requested(origin),
    'regenerate-initramfs': origin.flag('rpmostree', 'regenerate-initramfs'),
    cliwrap: origin.flag('rpmostree', 'ex-cliwrap'),
    ...customOrigin(origin),
    booted: deployment.booted ?? false,
    staged: state === 'staged',
    ...(state === 'staged' ? { 'finalization-locked': deployment.locked ?? false } : {}),
    pinned: deployment.pinned ?? false,
    unlocked: deployment.unlocked ?? 'none',
    'live-inprogress': null,
    'live-replaced': null,
    ...(await signaturesOf(origin, shown, store, ctx)),
  };
}

function requested(origin: Origin): { [key: string]: Json } {
  const lists = Object.entries(REQUESTED).map(([key, [group, name]]) => [key, origin.list(group, name)]);
  const files = Object.entries(REQUESTED_FILES).map(([key, [group, name]]) => [
    key,
    origin.list(group, name).map((item) => item.replace(/^[^:]*:/, '')),
  ]);
  // `repo=ID,NAME,…` each.
  const remote = origin.list('overrides', 'replace').map((item): Json => {
    const [source = '', ...names] = item.split(',');
    return [source, names];
  });
  return { ...Object.fromEntries([...lists, ...files]), 'requested-base-remote-replacements': remote };
}

/** Null where the commit is not in the repository any more. */
async function commitOf(store: ObjectStore, id: string): Promise<StoredCommit | null> {
  return (await store.resolve(id)) === null ? null : store.readCommit(id);
}

/** The image that a commit of this machine lays packages over. */
async function baseOf(store: ObjectStore, { parent, metadata }: StoredCommit): Promise<StoredCommit | null> {
  if (metadata['rpmostree.clientlayer']?.value !== true || parent === null) return null;
  return commitOf(store, parent);
}

function details(prefix: string, commit: StoredCommit | null): { [key: string]: Json } {
  if (commit === null) return {};
  const version = commit.metadata['version']?.value;
  return {
    ...(typeof version === 'string' ? { [`${prefix}version`]: version } : {}),
    [`${prefix}timestamp`]: commit.timestamp,
  };
}

/** What is followed, and the newest commit of it that is here, where that is another one. */
async function followedBy(
  origin: Origin,
  shown: StoredCommit | null,
  store: ObjectStore,
): Promise<{ [key: string]: Json }> {
  const { followed, refspec } = origin;
  if (followed === null) return {};
  if (origin.isContainer) return { 'container-image-reference': followed };
  const newest = refspec === null ? null : await store.resolve(formatRefspec(refspec));
  const pending = newest === null || newest === shown?.id ? null : await commitOf(store, newest);
  return {
    origin: followed,
    ...(pending === null ? {} : { 'pending-base-checksum': pending.id, ...details('pending-base-', pending) }),
  };
}

function meta(metadata: Metadata): { [key: string]: Json } {
  return plainMetadata(Object.fromEntries(Object.entries(metadata).filter(([key]) => !LEFT_OUT.includes(key))));
}

function endOfLife(commit: StoredCommit | null): { [key: string]: Json } {
  const text = commit?.metadata['ostree.endoflife']?.value;
  return typeof text === 'string' ? { endoflife: text } : {};
}

function customOrigin(origin: Origin): { [key: string]: Json } {
  const url = origin.text('origin', 'custom-url');
  return url === null ? {} : { 'custom-origin': [url, origin.text('origin', 'custom-description') ?? ''] };
}
