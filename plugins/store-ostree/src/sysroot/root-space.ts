import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { formatSize } from '../cli/format-size.ts';
import type { Checksum } from '../codec/checksum.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { storeError } from '../errors.ts';
import { findInCommit } from '../store/find-in-commit.ts';
import { SLACK } from './boot-space.ts';
import type { Sysroot } from './sysroot.ts';

/** With so much room nobody needs to count: a tree of 100,000 directories takes less. */
const PLENTY = 1 << 30;
const PLENTY_INODES = 1 << 20;

/**
 * Holds a deployment to the free space of its file system before anything of it is written: its files are links, its directories and its
 * /etc are not. Throws SYSROOT_SPACE.
 */
export function checkRootSpace(sysroot: Sysroot, commit: Checksum): void {
  const path = join(sysroot.path, 'ostree/deploy');
  const disk = statfsSync(path);
  const free = (process.geteuid?.() === 0 ? disk.bfree : disk.bavail) * disk.bsize;
  // Some file systems make inodes as they need them, and say 0.
  const inodes = disk.files === 0 ? Number.POSITIVE_INFINITY : disk.ffree;
  if (free >= PLENTY && inodes >= PLENTY_INODES) return;
  const needed = countTree(sysroot, commit, disk.bsize);
  if (free >= needed.bytes && inodes >= needed.inodes) return;
  const isBytes = free < needed.bytes;
  throw storeError(
    'SYSROOT_SPACE',
    `The file system of ${path} has ${isBytes ? formatSize(free) : `${inodes} inodes`} free and a deployment of ${commit.slice(0, 10)} needs ` +
      `${isBytes ? formatSize(needed.bytes) : `${needed.inodes} inodes`} there.`,
    {
      hint: 'Remove a deployment that is not needed (`ostrata ostree admin undeploy INDEX`), or other files.',
      data: {
        path,
        needed: needed.bytes,
        free,
        neededInodes: needed.inodes,
        ...(disk.files === 0 ? {} : { freeInodes: inodes }),
      },
    },
  );
}

function countTree({ repository }: Sysroot, commit: Checksum, unit: number): { bytes: number; inodes: number } {
  const count = { bytes: SLACK, inodes: 64 };
  const visit = (entry: DirEntry, copies: boolean): void => {
    count.inodes += 1;
    count.bytes += unit;
    const { files, dirs } = repository.readDirTree(entry.tree);
    if (copies) {
      for (const id of files.values()) {
        count.inodes += 1;
        count.bytes += Math.ceil(repository.readFile(id).content.length / unit) * unit;
      }
    }
    for (const child of dirs.values()) visit(child, copies);
  };
  const root = findInCommit(repository, commit, '');
  if ('tree' in root) visit(root, false);
  for (const path of ['usr/etc', 'etc']) {
    const found = tryFind(() => findInCommit(repository, commit, path));
    if (found !== undefined && 'tree' in found) visit(found, true);
  }
  return count;
}

function tryFind<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'OSTREE_CHECKOUT_PATH') return undefined;
    throw error;
  }
}
