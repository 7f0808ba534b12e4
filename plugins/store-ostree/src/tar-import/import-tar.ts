import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type HostError, isHostError, type Tree } from '@ostrata/contract';
import { extract, type Header } from 'tar-stream';
import { storeError } from '../errors.ts';
import { tarXattrs } from './tar-xattrs.ts';

export interface TarOptions {
  /** Directories that the archive does not list come to be with mode 0755 and owner root; otherwise they are an error. */
  readonly autocreateParents?: boolean;
  /** What errors call the archive. */
  readonly name: string;
}

/**
 * Lays a tar archive (ustar, pax or GNU) over a tree, as `ostree commit --tree=tar=FILE` does. A later entry of the same path wins.
 * Throws OSTREE_TAR_INVALID for a broken archive and for paths that leave the root or go through a symbolic link, and
 * OSTREE_SOURCE_UNSUPPORTED for devices and pipes.
 */
export async function importTar(tree: Tree, archive: Readable, options: TarOptions): Promise<void> {
  // A streamx stream, which pipeline() takes as it is.
  const entries = extract() as unknown as NodeJS.ReadWriteStream;
  try {
    await pipeline(archive, entries, async (source: AsyncIterable<unknown>) => {
      for await (const item of source) {
        const entry = item as Readable & { readonly header: Header };
        const chunks: Buffer[] = [];
        for await (const chunk of entry) chunks.push(chunk as Buffer);
        addEntry(tree, entry.header, Buffer.concat(chunks), options);
      }
    });
  } catch (error) {
    if (isHostError(error)) throw error;
    throw tarError(options, (error as Error).message, error);
  }
}

function addEntry(tree: Tree, header: Header, content: Buffer, options: TarOptions): void {
  const path = relativePath(header.name, options);
  const { autocreateParents: parents = false } = options;
  try {
    const xattrs = tarXattrs(header.pax as Record<string, string> | null | undefined);
    const meta = { mode: header.mode, uid: header.uid, gid: header.gid, xattrs };
    const there = tree.lookup(path);
    const directory = header.type === 'directory';
    if (there && path !== '' && (there.type === 'directory') !== directory) tree.remove(path);
    switch (header.type) {
      case 'directory':
        tree.mkdir(path, { ...meta, parents });
        break;
      case 'file':
      case 'contiguous-file':
        if (there?.type === 'symlink') tree.remove(path);
        tree.writeFile(path, content, { ...meta, parents });
        break;
      case 'symlink':
        tree.symlink(path, header.linkname, { uid: meta.uid, gid: meta.gid, parents });
        if (xattrs.length > 0) tree.setMeta(path, { xattrs });
        break;
      case 'link': {
        const target = relativePath(header.linkname, options);
        if (target === path) break;
        if (parents) makeParents(tree, path);
        tree.copy(target, path);
        break;
      }
      default:
        throw storeError('OSTREE_SOURCE_UNSUPPORTED', `${path} in ${options.name} is a ${header.type}.`, {
          hint: 'Make the archive without devices and pipes: OSTree cannot hold them.',
          data: { archive: options.name, path },
        });
    }
  } catch (error) {
    if (isHostError(error) && error.code === 'OSTREE_SOURCE_UNSUPPORTED') throw error;
    throw tarError(options, `${header.name}: ${(error as Error).message}`, error);
  }
}

function makeParents(tree: Tree, path: string): void {
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  if (parent !== '' && !tree.lookup(parent)) tree.mkdir(parent, { parents: true });
}

/** Without leading slashes, "." parts and a slash at the end; what would leave the root is refused. */
function relativePath(name: string, options: TarOptions): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw tarError(options, `the path ${JSON.stringify(name)} leaves the root`);
  if (name.includes('\ufffd')) throw tarError(options, `the path ${JSON.stringify(name)} is not valid UTF-8`);
  return parts.join('/');
}

function tarError(options: TarOptions, problem: string, cause?: unknown): HostError {
  return storeError('OSTREE_TAR_INVALID', `The archive ${options.name} cannot be imported: ${problem}.`, {
    hint: 'Check that the archive is complete, or make it again.',
    data: { archive: options.name },
    cause,
  });
}
