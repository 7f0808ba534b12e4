import { Buffer } from 'node:buffer';
import type { OverlayConflict, OverlayPolicy } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import { isSymlink } from '../codec/mode.ts';
import type { Repository } from '../repo/repository.ts';
import type { DirNode } from './dir-node.ts';
import { joinPath } from './path.ts';

/**
 * Merges the directory `layer` into `base`. What only one side has is taken by its id without being read. Where the policy is
 * `identical`, first compares all and changes nothing if files differ. Of directories that both have, the metadata of `base` stays,
 * but for the policy `replace`.
 */
export function mergeDirectories(
  repo: Repository,
  base: DirNode,
  layer: DirNode,
  options: { policy: OverlayPolicy; path: string },
): OverlayConflict[] {
  const conflicts: OverlayConflict[] = [];
  if (options.policy === 'identical') {
    compare(repo, base, layer, options.path, conflicts);
    if (conflicts.length > 0) return conflicts;
  }
  merge(repo, base, layer, options.policy);
  return conflicts;
}

function compare(repo: Repository, base: DirNode, layer: DirNode, path: string, conflicts: OverlayConflict[]): void {
  if (base.tree !== undefined && base.tree === layer.tree) return;
  const ours = base.entries(repo);
  const theirs = layer.entries(repo);
  for (const [name, id] of theirs.files) {
    const existing = ours.files.get(name);
    if (existing === id) continue;
    if (existing !== undefined) conflicts.push({ path: joinPath(path, name), reason: difference(repo, existing, id) });
    else if (ours.dirs.has(name)) conflicts.push({ path: joinPath(path, name), reason: 'type' });
  }
  for (const [name, node] of theirs.dirs) {
    const existing = ours.dirs.get(name);
    if (existing) compare(repo, existing, node, joinPath(path, name), conflicts);
    else if (ours.files.has(name)) conflicts.push({ path: joinPath(path, name), reason: 'type' });
  }
}

/** What tells two file objects of different ids apart. */
function difference(repo: Repository, a: Checksum, b: Checksum): OverlayConflict['reason'] {
  const first = repo.inspectFile(a);
  const second = repo.inspectFile(b);
  if (isSymlink(first.meta.mode) !== isSymlink(second.meta.mode)) return 'type';
  if (first.meta.target !== second.meta.target || first.size !== second.size) return 'content';
  return Buffer.compare(repo.readFile(a).content, repo.readFile(b).content) === 0 ? 'metadata' : 'content';
}

function merge(repo: Repository, base: DirNode, layer: DirNode, policy: OverlayPolicy): void {
  if (policy === 'replace') base.meta = layer.meta;
  if (base.tree !== undefined && base.tree === layer.tree) return;
  const ours = base.edit(repo);
  const theirs = layer.entries(repo);
  for (const [name, id] of theirs.files) {
    if (policy !== 'replace' && (ours.files.has(name) || ours.dirs.has(name))) continue;
    ours.dirs.delete(name);
    ours.files.set(name, id);
  }
  for (const [name, node] of theirs.dirs) {
    const existing = ours.dirs.get(name);
    if (existing) merge(repo, existing, node, policy);
    else if (policy === 'replace' || !ours.files.has(name)) {
      ours.files.delete(name);
      ours.dirs.set(name, node.copy());
    }
  }
}
