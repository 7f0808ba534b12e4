import { lstatSync, readdirSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import type { Ownership } from '../codec/dir-meta.ts';
import { compareNames, type DirEntry } from '../codec/dir-tree.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { storeError } from '../errors.ts';
import type { RepoMode } from '../repo/object-path.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import { readXattrs } from '../repo/storage/bare.ts';
import { canonicalDirMeta, canonicalMode } from './canonical.ts';
import { FileImporter, type ImportOptions } from './import-file.ts';

/**
 * Makes objects of a directory of the file system with all that is in it, as `ostree commit --tree=dir=PATH` does: owners, modes and
 * extended attributes as they are, or as the options change them. Throws OSTREE_SOURCE_UNSUPPORTED for devices, sockets and pipes.
 */
export function importDirectory(
  mode: RepoMode,
  writer: ObjectWriter,
  root: string,
  options: ImportOptions = {},
): DirEntry {
  const importer = new FileImporter(mode, writer, options);
  const visit = (path: string): DirEntry => {
    const files = new Map<string, Checksum>();
    const dirs = new Map<string, DirEntry>();
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => compareNames(a.name, b.name))) {
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory()) dirs.set(entry.name, visit(child));
      else files.set(entry.name, importer.import(child));
    }
    const meta = writer.writeDirMeta(canonicalDirMeta(mode, directoryMeta(path, options)));
    return { tree: writer.writeDirTree({ files, dirs }), meta };
  };
  if (!lstatSync(root).isDirectory()) {
    throw storeError('OSTREE_SOURCE_UNSUPPORTED', `${root} is no directory.`, {
      hint: 'Give the directory whose contents are to be committed.',
      data: { path: root },
    });
  }
  return visit(root);
}

function directoryMeta(path: string, options: ImportOptions): Ownership {
  const stat = lstatSync(path);
  const canonical = options.canonicalPermissions ?? false;
  return {
    uid: options.uid ?? (canonical ? 0 : stat.uid),
    gid: options.gid ?? (canonical ? 0 : stat.gid),
    mode: canonical ? canonicalMode(stat.mode) : stat.mode,
    xattrs: options.skipXattrs || canonical ? NO_XATTRS : readXattrs(path),
  };
}
