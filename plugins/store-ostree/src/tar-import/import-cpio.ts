import type { Tree } from '@ostrata/contract';
import { CpioError, type CpioHeader, CpioReader } from '@ostrata/cpio';
import { isDirectory, isRegular, isSymlink } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { type ArchiveEntry, type ArchiveOptions, addEntry, archiveError } from './archive-entry.ts';
import { isOldCpio, OldCpioError, readOldCpio } from './old-cpio.ts';

interface CpioFile {
  readonly header: Pick<
    CpioHeader,
    'name' | 'inode' | 'mode' | 'uid' | 'gid' | 'nlink' | 'size' | 'devMajor' | 'devMinor'
  >;
  readonly content: Uint8Array;
}

/** Whether bytes begin a cpio archive of any format. */
export const isCpio = (bytes: Uint8Array): boolean =>
  /^07070[12]$/.test(Buffer.from(bytes.subarray(0, 6)).toString('latin1')) || isOldCpio(bytes);

/**
 * Lays a cpio archive (newc, crc, odc or the old binary format of either byte order) over a tree, as `ostree commit --tree=tar=FILE`
 * does. Throws as `importTar` does.
 */
export function importCpio(tree: Tree, chunks: readonly Uint8Array[], options: ArchiveOptions): void {
  const names = new LinkedNames();
  try {
    for (const file of readCpio(chunks)) for (const entry of names.entries(file)) addEntry(tree, entry, options);
  } catch (error) {
    if (!(error instanceof CpioError) && !(error instanceof OldCpioError)) throw error;
    throw archiveError(options, error.message, error);
  }
}

function* readCpio(chunks: readonly Uint8Array[]): Generator<CpioFile> {
  if (chunks[0] && isOldCpio(chunks[0])) {
    yield* readOldCpio(Buffer.concat(chunks));
    return;
  }
  const reader = new CpioReader(chunks);
  for (let entry = reader.next(); entry; entry = reader.next()) {
    if (entry.kind === 'file') yield { header: entry.header, content: reader.bytes() };
  }
}

/** Files with several names: an archive has the content with the last of them, or with each. */
class LinkedNames {
  readonly #groups = new Map<string, { names: string[]; source: string | undefined }>();

  entries({ header, content }: CpioFile): ArchiveEntry[] {
    const entry = toEntry(header, content);
    if (entry.type !== 'file' || header.nlink < 2) return [entry];
    const key = `${header.devMajor}:${header.devMinor}:${header.inode}`;
    const group = this.#groups.get(key) ?? { names: [], source: undefined };
    this.#groups.set(key, group);
    const link = (name: string, target: string): ArchiveEntry => ({ ...entry, name, type: 'link', target });
    if (content.length === 0) {
      group.names.push(header.name);
      return [group.source === undefined ? entry : link(header.name, group.source)];
    }
    const earlier = group.names.splice(0);
    group.source = header.name;
    return [entry, ...earlier.map((name) => link(name, header.name))];
  }
}

function toEntry(header: CpioFile['header'], content: Uint8Array): ArchiveEntry {
  const { name, mode, uid, gid } = header;
  const link = isSymlink(mode);
  let type: ArchiveEntry['type'] = 'unsupported';
  if (link) type = 'symlink';
  else if (isDirectory(mode)) type = 'directory';
  else if (isRegular(mode)) type = 'file';
  return {
    name,
    type,
    mode: mode & 0o7777,
    uid,
    gid,
    xattrs: NO_XATTRS,
    target: link ? Buffer.from(content).toString('utf8') : '',
    content,
  };
}
