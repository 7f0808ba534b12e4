import type { CommitMeta, Json, Metadata, Plan } from '@ostrata/contract';
import { compareEvr, type Header, nevraOf } from '../codec/index.ts';

type Row = readonly [name: string, epoch: string, version: string, release: string, arch: string];

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The packages of a database as rpm-ostree lists them in commits: sorted, the epoch a string. */
function packageList(headers: readonly Header[]): readonly Row[] {
  return headers
    .map(nevraOf)
    .sort((a, b) => compareText(a.name, b.name) || compareEvr(a, b) || compareText(a.arch, b.arch))
    .map(({ name, epoch, version, release, arch }): Row => [name, epoch ?? '0', version, release, arch]);
}

/** The repositories that were used, each with the time it was made. */
function repositories(plan: Plan): Json {
  return plan.snapshots.map(({ source, timestamp }) => [
    ['id', { type: 's', value: source.id }],
    ['timestamp', { type: 't', value: timestamp }],
  ]);
}

/** Adds what a commit says of its packages (rpm-ostree, `rpmostree.rpmdb.pkglist` and `rpmostree.rpmmd-repos`). */
export function withPackageMetadata(meta: CommitMeta, plan: Plan, headers: readonly Header[]): CommitMeta {
  const added: Metadata = {
    'rpmostree.rpmdb.pkglist': { type: 'a(sssss)', value: packageList(headers) },
    'rpmostree.rpmmd-repos': { type: 'aa{sv}', value: repositories(plan) },
  };
  return { ...meta, metadata: { ...meta.metadata, ...added } };
}
