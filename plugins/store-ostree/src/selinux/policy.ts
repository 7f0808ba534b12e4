import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FileContexts, FileContextsError } from '@ostrata/file-contexts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { isSymlink } from '../codec/mode.ts';
import { errnoOf, storeError } from '../errors.ts';
import type { Repository } from '../repo/repository.ts';

/** The SELinux label of an absolute path with its st_mode, or undefined where it has none. */
export type Labeler = (path: string, mode: number) => string | undefined;

/** The labels of one policy. */
export interface Policy extends Labeler {
  readonly policyName: string;
}

/** The files of a root file system: `read` gives a text, `has` says whether there is something. Paths are relative. */
interface RootFiles {
  /** What errors call it. */
  readonly name: string;
  read(path: string): string | undefined;
  has(path: string): boolean;
}

/** The policy of a root file system on disk; undefined where it has none that is in force. Throws OSTREE_SELINUX_POLICY. */
export function policyOfDirectory(root: string): Policy | undefined {
  return loadPolicy({
    name: root,
    read(path) {
      try {
        return readFileSync(join(root, path), 'utf8');
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    has: (path) => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined,
  });
}

/** The policy in a commit, where it is below `/usr/etc`; undefined where it has none that is in force. */
export function policyOfTree(repo: Repository, name: string, root: DirEntry): Labeler | undefined {
  const find = (path: string) => {
    let dir = root;
    const parts = path.split('/');
    for (const [index, part] of parts.entries()) {
      const { files, dirs } = repo.readDirTree(dir.tree);
      const next = dirs.get(part);
      if (next) dir = next;
      else return index === parts.length - 1 ? files.get(part) : undefined;
    }
    return dir;
  };
  return loadPolicy({
    name,
    read(path) {
      const found = path.startsWith('usr/') ? find(path) : undefined;
      if (typeof found !== 'string') return undefined;
      const { meta, content } = repo.readFile(found);
      return isSymlink(meta.mode) ? undefined : Buffer.from(content).toString('utf8');
    },
    has: (path) => path.startsWith('usr/') && find(path) !== undefined,
  });
}

/** Reads a policy as libostree does (ostree-sepolicy.c): the config of SELinux says whether there is one, and which. */
function loadPolicy(root: RootFiles): Policy | undefined {
  const directory = root.has('etc/selinux') ? 'etc/selinux' : 'usr/etc/selinux';
  const config = root.read(`${directory}/config`);
  if (config === undefined) return undefined;
  let enabled = false;
  let type: string | undefined;
  for (const line of config.split('\n')) {
    if (line.startsWith('SELINUXTYPE=')) type = line.slice('SELINUXTYPE='.length).trim();
    else if (/^SELINUX=(?:enforcing|permissive)/i.test(line)) enabled = true;
  }
  if (!enabled) return undefined;
  if (type === undefined || type === '' || type.includes('/')) {
    throw storeError('OSTREE_SELINUX_POLICY', `${directory}/config of ${root.name} does not name a policy.`, {
      hint: 'Set SELINUXTYPE there to the name of a directory beside it.',
      data: { root: root.name, path: `${directory}/config` },
    });
  }
  const files = `${directory}/${type}/contexts/files/file_contexts`;
  const base = root.read(files);
  if (base === undefined) {
    throw storeError('OSTREE_SELINUX_POLICY', `${root.name} has no ${files}.`, {
      hint: 'Install the policy that the config of SELinux names, or switch SELinux off there.',
      data: { root: root.name, path: files },
    });
  }
  const texts = {
    base,
    homedirs: root.read(`${files}.homedirs`),
    local: root.read(`${files}.local`),
    subs: root.read(`${files}.subs`),
    subsDist: root.read(`${files}.subs_dist`),
  };
  return labelerOf(root.name, type, () => FileContexts.parse(texts));
}

function labelerOf(name: string, policyName: string, open: () => FileContexts): Policy {
  const explained = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FileContextsError)) throw error;
      throw storeError('OSTREE_SELINUX_POLICY', `The SELinux policy of ${name} cannot be used: ${error.message}.`, {
        hint: 'Correct the line, or install the policy again.',
        data: { root: name, file: error.file, line: error.line },
        cause: error,
      });
    }
  };
  const contexts = explained(open);
  // Nothing may be labelled as the file system of the kernel: what is mounted over later stands on a plain mount point.
  const lookup = (path: string, mode: number) =>
    explained(() => contexts.lookup(/^\/proc\/?$/.test(path) ? '/mnt' : path, mode));
  return Object.assign(lookup, { policyName });
}
