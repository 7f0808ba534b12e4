import type { Json, ObjectStore } from '@ostrata/contract';
import { plain } from '../status/plain.ts';

/** What a commit says of an advisory: id, kind, severity, NEVRAs, further facts (rpm-ostree, `rpmostree.advisories`, a(suuasa{sv})). */
export type AdvisoryRecord = readonly [
  id: string,
  kind: number,
  severity: number,
  packages: readonly string[],
  more: { readonly cve_references?: readonly (readonly [url: string, title: string])[] },
];

/** The kind of security advisories (libdnf, DnfAdvisoryKind). */
const SECURITY = 1;
/** By number (rpm-ostree, RpmOstreeAdvisorySeverity). */
const SEVERITIES = ['Unknown', 'Low', 'Moderate', 'Important', 'Critical'];

/** Those that whoever composed a commit wrote into it; none where it says nothing of any. */
export async function advisoriesOf(store: ObjectStore, commit: string): Promise<readonly AdvisoryRecord[]> {
  const found = (await store.readCommit(commit)).metadata['rpmostree.advisories'];
  if (found?.type !== 'a(suuasa{sv})') return [];
  return (plain(found) as unknown as readonly AdvisoryRecord[]).map(([id, kind, severity, packages, more]) => [
    id,
    small(kind),
    small(severity),
    packages,
    more,
  ]);
}

/** rpm-ostree's composes write numbers of metadata in big endian, its clients in that of the machine: both are small. */
const small = (value: number): number => (value < 2 ** 24 ? value : value / 2 ** 24);

/** The same of a deployment, whose image below the layers may be what names them. Nothing is known of a commit that is not here any more. */
export async function advisoriesBelow(store: ObjectStore, commit: string): Promise<readonly AdvisoryRecord[]> {
  if ((await store.resolve(commit)) === null) return [];
  const own = await advisoriesOf(store, commit);
  const { parent, metadata } = await store.readCommit(commit);
  if (own.length > 0 || metadata['rpmostree.clientlayer']?.value !== true || parent === null) return own;
  return (await store.resolve(parent)) === null ? [] : advisoriesOf(store, parent);
}

export function newAdvisories(
  before: readonly AdvisoryRecord[],
  after: readonly AdvisoryRecord[],
): readonly AdvisoryRecord[] {
  const known = new Set(before.map(([id]) => id));
  return after.filter(([id]) => !known.has(id));
}

/** Those about security, the gravest first, in rpm-ostree's lines after an empty one; nothing where there are none. */
export function renderAdvisories(advisories: readonly AdvisoryRecord[]): string {
  const lines = advisoryLines(advisories).map((line) => `    ${line}\n`);
  return lines.length === 0 ? '' : `\nSecAdvisories:\n${lines.join('')}`;
}

/** A line for each package of each of them, and below it two for each flaw. */
export function advisoryLines(advisories: readonly AdvisoryRecord[]): string[] {
  const shown = securityOf(advisories);
  const width = Math.max(...shown.map(([id]) => id.length));
  return shown.flatMap((advisory) => {
    const [id, , , packages, more] = advisory;
    const severity = SEVERITIES[severityOf(advisory)]!.padEnd('Important'.length);
    return [
      ...packages.map((nevra) => `${id.padEnd(width)}  ${severity}  ${nevra}`),
      ...(more.cve_references ?? []).flatMap(([url, title]) => [`  ${title}`, `  ${url}`]),
    ];
  });
}

/** `1 critical, 2 low`; empty where there are none. */
export function countAdvisories(advisories: readonly AdvisoryRecord[]): string {
  const counts = Map.groupBy(securityOf(advisories), severityOf);
  return [...counts]
    .map(
      ([severity, { length }]) =>
        `${length} ${severity === 0 ? 'unknown severity' : SEVERITIES[severity]!.toLowerCase()}`,
    )
    .join(', ');
}

function securityOf(advisories: readonly AdvisoryRecord[]): readonly AdvisoryRecord[] {
  return advisories
    .filter(([, kind]) => kind === SECURITY)
    .toSorted((a, b) => severityOf(b) - severityOf(a) || (a[0] < b[0] ? -1 : 1));
}

const severityOf = ([, , severity]: AdvisoryRecord): number => (severity < SEVERITIES.length ? severity : 0);

export const asJson = (advisories: readonly AdvisoryRecord[]): Json => advisories as unknown as Json;
