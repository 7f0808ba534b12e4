import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** How the /etc of a deployment differs from the one it came with. Paths are relative to /etc, parents first. */
export interface EtcDiff {
  readonly modified: readonly string[];
  readonly removed: readonly string[];
  /** With all that is below a new directory. */
  readonly added: readonly string[];
}

/**
 * What was changed by hand, by the rules of libostree's merge: type, owner, permissions and content count; times and extended attributes do
 * not, since /usr/etc and /etc carry different SELinux labels.
 */
export function diffEtc(original: string, current: string): EtcDiff {
  const diff = { modified: [] as string[], removed: [] as string[], added: [] as string[] };
  compareDirectory('', original, current, diff);
  return diff;
}

type Collected = { readonly [Kind in keyof EtcDiff]: string[] };

function compareDirectory(at: string, original: string, current: string, diff: Collected): void {
  const [before, after] = [namesIn(original), namesIn(current)];
  for (const name of before) {
    const path = at === '' ? name : `${at}/${name}`;
    if (!after.has(name)) {
      diff.removed.push(path);
      continue;
    }
    const [left, right] = [join(original, name), join(current, name)];
    const [a, b] = [stat(left), stat(right)];
    if (!isEqual(left, a, right, b)) diff.modified.push(path);
    if (a.isDirectory() && b.isDirectory()) compareDirectory(path, left, right, diff);
  }
  for (const name of after)
    if (!before.has(name)) addAll(at === '' ? name : `${at}/${name}`, join(current, name), diff);
}

function addAll(path: string, file: string, diff: Collected): void {
  diff.added.push(path);
  if (stat(file).isDirectory()) for (const name of namesIn(file)) addAll(`${path}/${name}`, join(file, name), diff);
}

/** Sorted, so that reports and merges do not depend on the file system. */
const namesIn = (path: string): Set<string> => new Set(readdirSync(path).sort());
const stat = (path: string): BigIntStats => lstatSync(path, { bigint: true });

/** Whether two paths have the same in the sense of `diffEtc`, or both have nothing; directories only count by themselves. */
export function isEqualPath(left: string, right: string): boolean {
  const [a, b] = [left, right].map((path) => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
  if (a === undefined || b === undefined) return a === b;
  return isEqual(left, a, right, b);
}

function isEqual(left: string, a: BigIntStats, right: string, b: BigIntStats): boolean {
  if (a.ino === b.ino && a.dev === b.dev) return true;
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return false;
  if (a.isSymbolicLink()) return readlinkSync(left) === readlinkSync(right);
  if (!a.isFile()) return a.rdev === b.rdev;
  return a.size === b.size && readFileSync(left).equals(readFileSync(right));
}
