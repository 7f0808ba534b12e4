import {
  type ChangelogEntry,
  type Context,
  evrOf,
  identityAt,
  type ObjectStore,
  type PackageFormat,
  type PackageTable,
} from '@ostrata/contract';
import { clientError } from '../errors.ts';

type Change = { readonly name: string; readonly from: string; readonly to: string };

/** A package of a tree's database with what it says of its changes. */
interface Logged {
  readonly name: string;
  readonly evr: string;
  readonly sourcePackage: string;
  /** The latest first. */
  readonly entries: readonly ChangelogEntry[];
}

/**
 * What was written into the changelogs of changed packages since their older builds, by name. Packages of the same source package, which
 * share it, have it once, at the last of them. Throws CLIENT_PACKAGES.
 */
export async function changesBetween(
  store: ObjectStore,
  [from, to]: readonly [string, string],
  changes: readonly Change[],
  format: PackageFormat,
  ctx: Context,
): Promise<ReadonlyMap<string, readonly ChangelogEntry[]>> {
  if (changes.length === 0) return new Map();
  const old = await loggedIn(store, from, format, ctx);
  const now = await loggedIn(store, to, format, ctx);
  const find = (among: readonly Logged[], name: string, evr: string) =>
    among.find((one) => one.name === name && one.evr === evr);
  const found = new Map<string, readonly ChangelogEntry[]>();
  const sources = new Map<string, string>();
  for (const change of changes) {
    const [before, after] = [find(old, change.name, change.from), find(now, change.name, change.to)];
    if (before === undefined || after === undefined) continue;
    const earlier = sources.get(after.sourcePackage);
    if (earlier !== undefined && after.sourcePackage !== '') found.delete(earlier);
    sources.set(after.sourcePackage, change.name);
    const entries = newEntries(before.entries, after.entries);
    if (entries.length > 0) found.set(change.name, entries);
  }
  return found;
}

function newEntries(old: readonly ChangelogEntry[], now: readonly ChangelogEntry[]): readonly ChangelogEntry[] {
  const [last] = old;
  // Without an entry to begin at everything would be new.
  if (last === undefined) return [];
  const end = now.findIndex(
    ({ time, author, text }) =>
      time < last.time || (time === last.time && author === last.author && text === last.text),
  );
  return end < 0 ? now : now.slice(0, end);
}

async function loggedIn(store: ObjectStore, commit: string, format: PackageFormat, ctx: Context): Promise<Logged[]> {
  const table = await tableOf(store, commit, format);
  const entries = (await table.changelogs?.(ctx)) ?? (() => []);
  return Array.from({ length: table.count }, (_, index) => ({
    name: table.name(index),
    evr: evrOf(identityAt(table, index)),
    sourcePackage: table.details?.(index).sourcePackage ?? '',
    entries: entries(index),
  }));
}

async function tableOf(store: ObjectStore, commit: string, format: PackageFormat): Promise<PackageTable> {
  const unreadable = (cause?: unknown) =>
    clientError('CLIENT_PACKAGES', `The package database of the commit ${commit} cannot be read.`, {
      hint: 'Changelogs are only in the tree: fetch the commit with it, or leave --changelogs away.',
      data: { commit, repository: store.location },
      cause,
    });
  let table: PackageTable;
  try {
    table = await format.installed(await store.openTree(commit));
  } catch (error) {
    throw unreadable(error);
  }
  if (table.count === 0) throw unreadable();
  return table;
}

/** Below the line of a package, in rpm-ostree's form. */
export function renderEntries(entries: readonly ChangelogEntry[] | undefined): string {
  return (entries ?? [])
    .map(({ time, author, text }) => `    * ${day(time)} ${author}\n    ${text.replaceAll('\n', '\n    ')}\n\n`)
    .join('');
}

function day(seconds: number): string {
  const [weekday = '', date, month, year] = new Date(seconds * 1000).toUTCString().split(' ');
  return `${weekday.slice(0, 3)} ${month} ${date} ${year}`;
}
