import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isHostError, type Tree } from '@ostrata/contract';
import { extract, type Header } from 'tar-stream';
import { type ArchiveEntry, type ArchiveOptions, addEntry, archiveError } from './archive-entry.ts';
import { tarXattrs } from './tar-xattrs.ts';

/**
 * Lays a tar archive (ustar, pax or GNU) over a tree, as `ostree commit --tree=tar=FILE` does. A later entry of the same path wins.
 * Throws OSTREE_TAR_INVALID for a broken archive and for paths that leave the root or go through a symbolic link, and
 * OSTREE_SOURCE_UNSUPPORTED for devices and pipes.
 */
export async function importTar(tree: Tree, archive: Readable, options: ArchiveOptions): Promise<void> {
  // A streamx stream, which pipeline() takes as it is.
  const entries = extract() as unknown as NodeJS.ReadWriteStream;
  try {
    await pipeline(archive, entries, async (source: AsyncIterable<unknown>) => {
      for await (const item of source) {
        const entry = item as Readable & { readonly header: Header };
        const chunks: Buffer[] = [];
        for await (const chunk of entry) chunks.push(chunk as Buffer);
        addEntry(tree, tarEntry(entry.header, Buffer.concat(chunks), options), options);
      }
    });
  } catch (error) {
    if (isHostError(error)) throw error;
    throw archiveError(options, (error as Error).message, error);
  }
}

const TYPES: Readonly<Record<string, ArchiveEntry['type']>> = {
  directory: 'directory',
  file: 'file',
  'contiguous-file': 'file',
  symlink: 'symlink',
  link: 'link',
};

function tarEntry(header: Header, content: Buffer, options: ArchiveOptions): ArchiveEntry {
  try {
    return {
      name: header.name,
      type: TYPES[header.type ?? ''] ?? 'unsupported',
      mode: header.mode ?? 0,
      uid: header.uid ?? 0,
      gid: header.gid ?? 0,
      xattrs: tarXattrs(header.pax as Record<string, string> | null | undefined),
      target: header.linkname ?? '',
      content,
    };
  } catch (error) {
    throw archiveError(options, `${header.name}: ${(error as Error).message}`, error);
  }
}
