import { lstatSync, type Stats } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import type { FileMeta } from '../codec/file-header.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { errnoOf, storeError } from '../errors.ts';
import { BORROWED_WHOLE, borrowedContent, contentBytes, contentChecksum } from '../repo/content.ts';
import type { RepoMode } from '../repo/object-path.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import { bareMeta, readXattrs } from '../repo/storage/bare.ts';
import { canonicalFileMeta, canonicalMode } from './canonical.ts';
import type { DeviceInodeCache } from './device-inode-cache.ts';

export interface ImportOptions {
  /** Owner of everything, in place of what is on disk. */
  readonly uid?: number;
  readonly gid?: number;
  /** root as owner, no permissions beyond 0755 and no extended attributes. */
  readonly canonicalPermissions?: boolean;
  readonly skipXattrs?: boolean;
  /** Ids of files that are known from a checkout: they are not read. */
  readonly known?: DeviceInodeCache;
}

/** Makes file objects of regular files and symbolic links; one with several names is read once. */
export class FileImporter {
  readonly #mode: RepoMode;
  readonly #writer: ObjectWriter;
  readonly #options: ImportOptions;
  readonly #linked = new Map<string, Checksum>();

  constructor(mode: RepoMode, writer: ObjectWriter, options: ImportOptions) {
    this.#mode = mode;
    this.#writer = writer;
    this.#options = options;
  }

  import(path: string): Checksum {
    const stat = this.#stat(path);
    const known = this.#options.known?.lookup(stat);
    if (known !== undefined) return known;
    const key = stat.nlink > 1 ? `${stat.dev}:${stat.ino}` : undefined;
    const linked = key === undefined ? undefined : this.#linked.get(key);
    if (linked !== undefined) return linked;
    const id = this.#write(path, stat);
    if (key !== undefined) this.#linked.set(key, id);
    return id;
  }

  #write(path: string, stat: Stats): Checksum {
    const meta = this.#meta(path, stat);
    if (!stat.isFile()) return this.#writer.writeFile(meta, new Uint8Array());
    const content = borrowedContent(path, stat.size);
    if (stat.size <= BORROWED_WHOLE) return this.#writer.writeFile(meta, contentBytes(content));
    // Looked for first: what was written before is not to be written, and perhaps compressed, again.
    const id = contentChecksum(meta, content);
    return this.#writer.has(id, 'file') ? id : this.#writer.writeStream(meta, content);
  }

  #meta(path: string, stat: Stats): FileMeta {
    const { uid, gid, canonicalPermissions, skipXattrs } = this.#options;
    const found = bareMeta(path, stat, skipXattrs || canonicalPermissions ? NO_XATTRS : readXattrs(path));
    const mode = canonicalPermissions && stat.isFile() ? canonicalMode(stat.mode) : stat.mode;
    return canonicalFileMeta(this.#mode, {
      ...found,
      mode,
      uid: uid ?? (canonicalPermissions ? 0 : found.uid),
      gid: gid ?? (canonicalPermissions ? 0 : found.gid),
    });
  }

  #stat(path: string): Stats {
    let stat: Stats | undefined;
    try {
      stat = lstatSync(path);
    } catch (error) {
      // Node replaces what is not UTF-8 in names.
      if (errnoOf(error) !== 'ENOENT' || !path.includes('\ufffd')) throw error;
    }
    if (stat?.isFile() || stat?.isSymbolicLink()) return stat;
    const problem = stat ? 'is neither a file, a directory nor a symbolic link' : 'has a name that is not valid UTF-8';
    throw storeError('OSTREE_SOURCE_UNSUPPORTED', `${path} ${problem}.`, {
      hint: 'Remove it: OSTree cannot hold it.',
      data: { path, reason: stat ? 'type' : 'encoding' },
    });
  }
}
