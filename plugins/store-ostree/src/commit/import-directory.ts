import { lstatSync, readdirSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import type { Ownership } from '../codec/dir-meta.ts';
import { compareNames, type DirEntry } from '../codec/dir-tree.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { storeError } from '../errors.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import { readXattrs } from '../repo/storage/bare.ts';
import { batches, WorkerPool } from '../workers/pool.ts';
import { canonicalDirMeta, canonicalMode } from './canonical.ts';
import { FileImporter, type ImportOptions } from './import-file.ts';

export interface ImportTarget {
  readonly repo: Repository;
  readonly writer: ObjectWriter;
  /** The staging directory of the writer. */
  readonly staging: string;
  /** Threads that may read and write files. */
  readonly workers: number;
}

interface Listing {
  readonly path: string;
  readonly files: readonly string[];
  readonly dirs: readonly (readonly [name: string, listing: Listing])[];
}

/** Below so many files threads take longer to start than they save. */
const MANY_FILES = 2000;
const BATCH = 100;

/**
 * Makes objects of a directory of the file system with all that is in it, as `ostree commit --tree=dir=PATH` does: owners, modes and
 * extended attributes as they are, or as the options change them. Throws OSTREE_SOURCE_UNSUPPORTED for devices, sockets and pipes.
 */
export async function importDirectory(target: ImportTarget, root: string, options: ImportOptions): Promise<DirEntry> {
  if (!lstatSync(root).isDirectory()) {
    throw storeError('OSTREE_SOURCE_UNSUPPORTED', `${root} is no directory.`, {
      hint: 'Give the directory whose contents are to be committed.',
      data: { path: root },
    });
  }
  const paths: string[] = [];
  const listing = list(root, paths);
  const ids = await importFiles(target, paths, options);
  return write(target, listing, ids, options);
}

function list(path: string, paths: string[]): Listing {
  const files: string[] = [];
  const dirs: (readonly [string, Listing])[] = [];
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => compareNames(a.name, b.name))) {
    if (entry.isDirectory()) dirs.push([entry.name, list(`${path}/${entry.name}`, paths)]);
    else {
      files.push(entry.name);
      paths.push(`${path}/${entry.name}`);
    }
  }
  return { path, files, dirs };
}

async function importFiles(
  target: ImportTarget,
  paths: readonly string[],
  options: ImportOptions,
): Promise<Map<string, Checksum>> {
  const { repo, writer, staging, workers } = target;
  const { known, ...rest } = options;
  if (paths.length < MANY_FILES || workers < 2 || known) {
    const importer = new FileImporter(repo.mode, writer, options);
    return new Map(paths.map((path) => [path, importer.import(path)]));
  }
  await using pool = new WorkerPool({ repository: repo.path, staging }, workers);
  const parts = batches(paths, BATCH);
  const results = await Promise.all(parts.map((part) => pool.run({ kind: 'import', paths: part, options: rest })));
  const ids = new Map<string, Checksum>();
  for (const [index, part] of parts.entries()) {
    for (const [at, path] of part.entries()) ids.set(path, results[index]![at]!);
  }
  return ids;
}

function write(target: ImportTarget, listing: Listing, ids: Map<string, Checksum>, options: ImportOptions): DirEntry {
  const { repo, writer } = target;
  const files = new Map(listing.files.map((name) => [name, ids.get(`${listing.path}/${name}`)!]));
  const dirs = new Map(listing.dirs.map(([name, child]) => [name, write(target, child, ids, options)]));
  const meta = writer.writeDirMeta(canonicalDirMeta(repo.mode, directoryMeta(listing.path, options)));
  return { tree: writer.writeDirTree({ files, dirs }), meta };
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
