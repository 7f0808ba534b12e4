import { lstatSync } from 'node:fs';
import type { Checksum } from '../../codec/checksum.ts';
import { traverseTree } from '../../fsck/traverse.ts';
import type { ObjectType } from '../../repo/object-path.ts';
import type { Repository } from '../../repo/repository.ts';
import { type DiffNode, diffTrees, localNode, repositoryNode } from '../diff-trees.ts';
import { usageError } from '../error.ts';
import { formatSize } from '../format-size.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import type { OptionValues, Verb } from '../verb.ts';

export const diff: Verb = {
  usage: 'REV_OR_DIR REV_OR_DIR',
  options: [
    { name: 'stats', kind: 'flag', summary: 'Print various statistics' },
    { name: 'fs-diff', kind: 'flag', summary: 'Print filesystem diff' },
    { name: 'no-xattrs', kind: 'flag', summary: 'Skip output of extended attributes' },
    { name: 'owner-uid', kind: 'count', summary: 'Use file ownership user id for local files', value: 'UID' },
    { name: 'owner-gid', kind: 'count', summary: 'Use file ownership group id for local files', value: 'GID' },
  ],
  run(call) {
    const { args, options, terminal } = call;
    const first = args[0];
    if (first === undefined) throw usageError(call, 'REV must be specified');
    const repo = openRepository(call.repo);
    const [source, target] = args[1] === undefined ? [`${first}^`, first] : [first, args[1]];
    if (options.flag('fs-diff') || !options.flag('stats')) {
      const { modified, removed, added } = diffTrees(node(repo, source, options), node(repo, target, options));
      // Paths on disk are shown relative to the directory, those in commits from their root.
      const shown = (side: string) => (isLocal(side) ? (path: string) => path.slice(1) : (path: string) => path);
      for (const path of modified) terminal.out(`M    ${shown(source)(path)}\n`);
      for (const path of removed) terminal.out(`D    ${shown(source)(path)}\n`);
      for (const path of added) terminal.out(`A    ${shown(target)(path)}\n`);
    }
    if (options.flag('stats')) {
      const a = reachable(repo, resolve(repo, source));
      const b = reachable(repo, resolve(repo, target));
      const common = [...a].filter(([key]) => b.has(key));
      const size = common.reduce((sum, [, [id, type]]) => sum + lstatSync(repo.locate(id, type)).size, 0);
      terminal.out(`[A] Object Count: ${a.size}\n[B] Object Count: ${b.size}\n`);
      terminal.out(`Common Object Count: ${common.length}\nCommon Object Size: ${formatSize(size)}\n`);
    }
  },
};

const isLocal = (side: string): boolean => side.startsWith('/') || side.startsWith('./');

function node(repo: Repository, side: string, options: OptionValues): DiffNode {
  if (!isLocal(side)) return repositoryNode(repo, repo.readCommit(resolve(repo, side)));
  const own = (name: string) => (options.count(name, -1) < 0 ? undefined : options.count(name, -1));
  const xattrs = !options.flag('no-xattrs') && !repo.config.disableXattrs && repo.mode !== 'bare-user-only';
  return localNode(side, { xattrs, uid: own('owner-uid'), gid: own('owner-gid') });
}

function reachable(repo: Repository, commit: Checksum): Map<string, readonly [Checksum, ObjectType]> {
  const objects = new Map<string, readonly [Checksum, ObjectType]>([[`${commit}.commit`, [commit, 'commit']]]);
  traverseTree(repo, repo.readCommit(commit), (id, type) => {
    const key = `${id}.${type}`;
    if (objects.has(key)) return false;
    objects.set(key, [id, type]);
    return true;
  });
  return objects;
}
