import type { Json } from '@ostrata/contract';
import { type AdvisoryRecord, advisoryLines, countAdvisories } from '../db/advisories.ts';
import { keyValues } from '../report/key-values.ts';
import { isoTime } from '../report/version-line.ts';
import { describeHealth } from './health.ts';
import type { DeploymentRecord } from './record.ts';
import { describeSignature } from './signatures.ts';

type Row = readonly [key: string, value: string | readonly string[]];

/** What the whole list says of how one of its deployments is shown. */
export interface StatusView {
  readonly verbose: boolean;
  readonly onlyBooted: boolean;
  /** Security advisories that deployments bring beside those of the running one, by id. */
  readonly pending: ReadonlyMap<string, readonly AdvisoryRecord[]>;
  /** Show each of them, and not only how many there are. */
  readonly allAdvisories: boolean;
}

/** Deployments with the fields, words and columns of rpm-ostree. */
export function renderDeployments(records: readonly DeploymentRecord[], view: StatusView): string {
  const severalStateroots = new Set(records.map(({ osname }) => osname)).size > 1;
  const parts = records.flatMap((record, index) =>
    view.onlyBooted && !record.booted ? [] : [renderOne(record, index, severalStateroots, view)],
  );
  return `${view.onlyBooted ? 'BootedDeployment' : 'Deployments'}:\n${parts.join('\n')}`;
}

function renderOne(record: DeploymentRecord, index: number, severalStateroots: boolean, view: StatusView): string {
  const { verbose } = view;
  const followed = record['origin'] ?? record['container-image-reference'] ?? record.checksum;
  const title = (record['base-commit-meta'] as { readonly [key: string]: Json })['ostree.source-title'];
  const rows: Row[] = [
    ...custom(record),
    ...optional('OstreeRemoteStatus', record['remote-error']),
    ['Version', version(record)],
    ...commits(record, verbose),
    ...(verbose && (record.staged || index === 0) ? [['Staged', record.staged ? 'yes' : 'no'] as const] : []),
    ...(verbose || severalStateroots ? [['StateRoot', record.osname] as const] : []),
    ...signatures(record),
    ...layers(record, verbose),
    ...(record['finalization-locked'] === true ? [['FinalizationLocked', 'yes'] as const] : []),
    ...(record.pinned ? [['Pinned', 'yes'] as const] : []),
    ...(record.unlocked === 'none' ? [] : [['Unlocked', record.unlocked] as const]),
    ...describeHealth(record['health'], verbose).map((text) => ['Health', text] as const),
    ...advisories(view.pending.get(record.id) ?? [], view),
    ...optional('EndOfLife', record['endoflife']),
  ];
  const head = `${record.booted ? '●' : ' '} ${String(followed)}${verbose ? ` (index: ${index})` : ''}\n`;
  return `${head}${typeof title === 'string' ? `  └ ${title}\n` : ''}${keyValues(rows)}`;
}

const optional = (key: string, value: Json | undefined): Row[] => (typeof value === 'string' ? [[key, value]] : []);

function advisories(pending: readonly AdvisoryRecord[], { allAdvisories }: StatusView): Row[] {
  const summary = countAdvisories(pending);
  return summary === '' ? [] : [['SecAdvisories', allAdvisories ? advisoryLines(pending) : summary]];
}

function custom(record: DeploymentRecord): Row[] {
  const [, description] = (record['custom-origin'] ?? []) as readonly string[];
  return description === undefined ? [] : [['CustomOrigin', description]];
}

/** rpm-ostree shows the time of the image, not of what was laid over it. */
function version(record: DeploymentRecord): string {
  const time = record['base-timestamp'] ?? record['timestamp'];
  if (typeof time !== 'number') return 'unknown: the commit is not in the repository any more';
  const text = record['version'];
  return typeof text === 'string' ? `${text} (${isoTime(time)})` : isoTime(time);
}

function commits(record: DeploymentRecord, verbose: boolean): Row[] {
  const base = record['base-checksum'];
  if (typeof base !== 'string')
    return [['Commit', [record.checksum, ...(verbose ? repositories(record, 'base') : [])]]];
  const rows: Row[] = [['BaseCommit', [base, ...(verbose ? repositories(record, 'base') : [])]]];
  return verbose ? [...rows, ['Commit', [record.checksum, ...repositories(record, 'layered')]]] : rows;
}

/** The repositories of packages that a commit was made with, with the times of their metadata. */
function repositories(record: DeploymentRecord, of: 'base' | 'layered'): string[] {
  const meta = record[`${of}-commit-meta`] as { readonly [key: string]: Json } | null;
  const list = meta?.['rpmostree.rpmmd-repos'];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => {
    const { id, timestamp } = item as { readonly [key: string]: Json };
    return typeof id === 'string' ? [`${id} (${isoTime(Number(timestamp))})`] : [];
  });
}

function signatures(record: DeploymentRecord): Row[] {
  if (record['gpg-enabled'] !== true) return [];
  if (record.signatures.length === 0) return [['GPGSignature', '(unsigned)']];
  return [['GPGSignature', record.signatures.map(describeSignature)]];
}

function layers(record: DeploymentRecord, verbose: boolean): Row[] {
  const list = (key: string) => (record[key] ?? []) as readonly string[];
  const row = (name: string, items: readonly string[]): Row[] => (items.length === 0 ? [] : [[name, items.join(' ')]]);
  const packages = list('packages');
  const inactive = list('requested-packages').filter((name) => !packages.includes(name));
  const args = list('initramfs-args');
  return [
    ...row('RemovedBasePackages', removals(record)),
    ...row('LocalOverrides', replacements(record['base-local-replacements'])),
    ...Object.entries((record['base-remote-replacements'] ?? {}) as { readonly [source: string]: Json }).flatMap(
      ([source, pairs]) => row('RemoteOverrides', [`${source}:`, ...replacements(pairs)]),
    ),
    ...(verbose ? inactiveOverrides(record) : []),
    ...row('InactiveRequests', verbose ? inactive : []),
    ...row('LayeredPackages', packages),
    ...row('LocalPackages', list('requested-local-packages')),
    ...row('LocalForcedPackages', list('requested-local-fileoverride-packages')),
    ...(record['regenerate-initramfs'] === true
      ? [['Initramfs', args.length === 0 ? 'regenerate' : args.join(' ')] as const]
      : []),
    ...(record['cliwrap'] === true ? [['Cliwrap', 'enabled'] as const] : []),
    ...row('InitramfsEtc', list('initramfs-etc')),
  ];
}

/** Overrides without an effect on the image, as it lacks the package: they rest. */
function inactiveOverrides(record: DeploymentRecord): Row[] {
  const list = (key: string) => (record[key] ?? []) as readonly (readonly Json[])[];
  const removed = list('base-removals').map((item) => partsOf(item as Json).name);
  const local = list('base-local-replacements').map(([next = null]) => (next as readonly Json[])[0]);
  const remote = Object.values((record['base-remote-replacements'] ?? {}) as { readonly [source: string]: Json })
    .flatMap((pairs) => pairs as readonly (readonly Json[])[])
    .map(([next = null]) => partsOf(next).name);
  const asked = (key: string) => (record[key] ?? []) as readonly string[];
  const requested = list('requested-base-remote-replacements') as readonly (readonly [string, readonly string[]])[];
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['InactiveBaseRemovals', asked('requested-base-removals').filter((name) => !removed.includes(name))],
    ['InactiveLocalOverrides', asked('requested-base-local-replacements').filter((nevra) => !local.includes(nevra))],
    ...requested.map(([source, names]) => {
      const resting = names.filter((name) => !remote.includes(name));
      return ['InactiveRemoteOverrides', resting.length === 0 ? [] : [`${source}:`, ...resting]] as const;
    }),
  ];
  return rows.flatMap(([key, items]): Row[] => (items.length === 0 ? [] : [[key, items.join(' ')]]));
}

/** `name evr` of base packages that were taken out. */
const removals = (record: DeploymentRecord): string[] =>
  ((record['base-removals'] ?? []) as readonly Json[]).map((item) => `${partsOf(item).name} ${partsOf(item).evr}`);

/** `name old -> new` of pairs of the new and the old package. */
const replacements = (pairs: Json | undefined): string[] =>
  ((pairs ?? []) as readonly (readonly [Json, Json])[]).map(
    ([next, old]) => `${partsOf(next).name} ${partsOf(old).evr} -> ${partsOf(next).evr}`,
  );

/** A package in metadata: its NEVRA, then the parts of it. */
function partsOf(item: Json): { readonly name: string; readonly evr: string } {
  const [, name = '', epoch = 0, version = '', release = ''] = Array.isArray(item) ? (item as readonly Json[]) : [];
  return { name: String(name), evr: `${Number(epoch) > 0 ? `${epoch}:` : ''}${version}-${release}` };
}
