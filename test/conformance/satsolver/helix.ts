import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { compareEvr, parseEvr } from '../../../plugins/repo-rpm/src/codec/index.ts';
import type { PoolBuilder } from '../../../plugins/solver-sat/src/pool/builder.ts';
import type { DependencyKind } from '../../../plugins/solver-sat/src/pool/columns.ts';
import { EQUAL, GREATER, LESS } from '../../../plugins/solver-sat/src/pool/relations.ts';
import { child, childText, type Element, readXml } from './xml.ts';

const LISTS = [
  'provides',
  'requires',
  'conflicts',
  'obsoletes',
  'recommends',
  'suggests',
  'supplements',
  'enhances',
] as const;

const COMPARISONS: Record<string, number> = {
  '<': LESS,
  '<=': LESS | EQUAL,
  '=': EQUAL,
  '==': EQUAL,
  '>=': GREATER | EQUAL,
  '>': GREATER,
};

/** What packages are, before their names: `pattern:base` is no package. */
const KINDS = [
  'package',
  'selection',
  'pattern',
  'product',
  'patch',
  'srcpackage',
  'language',
  'atom',
  'message',
  'script',
];

/** Adds a gzip-compressed channel of the form that Red Carpet used (libsolv's `ext/repo_helix.c` reads it) as a repository. */
export function addChannel(builder: PoolBuilder, path: string, id: string, installed: boolean, priority: number): void {
  const repo = builder.addRepo({ id, priority, installed });
  const raw = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
  const visit = (element: Element): void => {
    if (KINDS.includes(element.name) && child(element, 'name') !== undefined) addPackage(builder, repo, element);
    else for (const inner of element.children) visit(inner);
  };
  visit(readXml(text));
}

function addPackage(builder: PoolBuilder, repo: number, element: Element): void {
  const updates = (child(element, 'history')?.children ?? []).filter(({ name }) => name === 'update');
  const newest = (updates.length > 0 ? updates : [element]).reduce((best, one) =>
    compareEvr(parseEvr(evrOf(best)), parseEvr(evrOf(one))) <= 0 ? one : best,
  );
  const lists: Partial<Record<DependencyKind, number[]>> = {};
  for (const kind of LISTS) {
    const found = child(element, kind)?.children ?? [];
    lists[kind] = found.filter(({ name }) => name === 'dep').map(({ attributes }) => dependencyOf(builder, attributes));
  }
  const prefix = element.name === 'package' ? '' : `${element.name}:`;
  builder.addPackage(
    repo,
    {
      name: prefix + childText(element, 'name'),
      evr: evrOf(newest),
      arch: childText(element, 'arch') || childText(newest, 'arch') || 'noarch',
    },
    lists,
  );
}

function evrOf(update: Element): string {
  return joinEvr(childText(update, 'epoch'), childText(update, 'version'), childText(update, 'release'));
}

function joinEvr(epoch: string, version: string, release: string): string {
  const versionRelease = release === '' ? version : `${version}-${release}`;
  return epoch === '' || epoch === '0' ? versionRelease : `${epoch}:${versionRelease}`;
}

function dependencyOf(
  builder: PoolBuilder,
  { kind, name, op, epoch, version, release }: Readonly<Record<string, string>>,
): number {
  const comparison = COMPARISONS[op ?? ''];
  const full = kind === undefined || kind === 'package' ? name! : `${kind}:${name}`;
  if (comparison === undefined || version === undefined) return builder.strings.intern(full);
  return builder.dependency(full, comparison, joinEvr(epoch ?? '', version, release ?? ''));
}
