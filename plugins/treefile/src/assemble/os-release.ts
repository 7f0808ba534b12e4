import type { Tree } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import { resolveInTree } from './paths.ts';

/** Puts the version of the commit into os-release: /etc/os-release, or what it links to. */
export function mutateOsRelease(tree: Tree, base: string, version: string): void {
  const path = resolveInTree(tree, 'etc/os-release', true);
  const entry = tree.lookup(path);
  if (entry?.type !== 'file') {
    throw treefileError('TREEFILE_PATH', `mutate-os-release: the image has no /${path}.`, {
      hint: 'Install the package that has os-release, or remove mutate-os-release.',
      data: { path },
    });
  }
  const { mode, uid, gid, xattrs } = entry;
  const text = Buffer.from(tree.readFile(path)).toString('utf8');
  tree.writeFile(path, mutated(text, base, version), { mode, uid, gid, xattrs });
}

/** Replaces `base` in VERSION and PRETTY_NAME and appends OSTREE_VERSION; empty lines go (as in rpm-ostree). */
export function mutated(text: string, base: string, version: string): string {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const field = /^(?:VERSION|PRETTY_NAME)=/.exec(line)?.[0];
      return field === undefined || base === '' ? line : field + line.slice(field.length).replaceAll(base, version);
    });
  return `${[...lines, `OSTREE_VERSION=${shellQuote(version)}`].join('\n')}\n`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
