import type { ReadonlyTree, TreeEntry } from '@ostrata/core';

/** What differs at a path of two trees. */
export interface TreeDifference {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What changed, in words: `mode 0644 → 0755`. Empty unless `changed`. */
  readonly details: readonly string[];
}

/** Differences from one tree to another, sorted by path. Trees may be of different repositories. */
export function treeDifferences(before: ReadonlyTree, after: ReadonlyTree): TreeDifference[] {
  const paths = new Set([...[...before.walk()].map(([path]) => path), ...[...after.walk()].map(([path]) => path)]);
  const root = compare('', before, after);
  const found = [...paths].flatMap((path) => compare(path, before, after));
  return [...root, ...found.sort((a, b) => (a.path < b.path ? -1 : 1))];
}

/** The differences as text, a line each; empty when there are none. */
export function renderDifferences(differences: readonly TreeDifference[]): string {
  const signs = { added: '+', removed: '-', changed: '~' };
  return differences
    .map(({ path, kind, details }) => `${signs[kind]} /${path}${details.length > 0 ? `: ${details.join(', ')}` : ''}\n`)
    .join('');
}

function compare(path: string, before: ReadonlyTree, after: ReadonlyTree): TreeDifference[] {
  const [old, now] = [before.lookup(path), after.lookup(path)];
  if (old === undefined || now === undefined) {
    return [{ path, kind: old === undefined ? 'added' : 'removed', details: [] }];
  }
  const details = [...metaDetails(old, now), ...contentDetails(path, old, now, before, after)];
  return details.length > 0 ? [{ path, kind: 'changed', details }] : [];
}

function metaDetails(old: TreeEntry, now: TreeEntry): string[] {
  const mode = (entry: TreeEntry) => `0${(entry.mode & 0o7777).toString(8)}`;
  const owner = (entry: TreeEntry) => `${entry.uid}:${entry.gid}`;
  const xattrs = (entry: TreeEntry) =>
    entry.xattrs.map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`).join(' ');
  return [
    ['mode', mode],
    ['owner', owner],
    ['xattrs', xattrs],
  ].flatMap(([what, show]) => {
    const [a, b] = [(show as (entry: TreeEntry) => string)(old), (show as (entry: TreeEntry) => string)(now)];
    return a === b ? [] : [`${what} ${a || 'none'} → ${b || 'none'}`];
  });
}

function contentDetails(
  path: string,
  old: TreeEntry,
  now: TreeEntry,
  before: ReadonlyTree,
  after: ReadonlyTree,
): string[] {
  if (old.type !== now.type) return [`${old.type} → ${now.type}`];
  if (old.type === 'symlink' && now.type === 'symlink') {
    return old.target === now.target ? [] : [`target ${old.target} → ${now.target}`];
  }
  if (old.type !== 'file' || now.type !== 'file' || old.id === now.id) return [];
  if (old.size !== now.size) return [`size ${old.size} → ${now.size}`];
  return Buffer.compare(before.readFile(path), after.readFile(path)) === 0 ? [] : ['contents'];
}
