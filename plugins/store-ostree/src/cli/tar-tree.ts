import { Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { decompress, detectFormat } from '@ostrata/compression';
import type { EntryMeta, Tree } from '@ostrata/contract';
import type { DirEntry } from '../codec/dir-tree.ts';
import { S_IFDIR } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import type { Repository } from '../repo/repository.ts';
import type { WriteSession } from '../store/session.ts';
import { importTar } from '../tar-import/import-tar.ts';
import { DirNode } from '../tree/dir-node.ts';
import { OstreeTree } from '../tree/tree.ts';
import { TreeStore } from '../tree/tree-store.ts';
import { VerbError } from './error.ts';

export interface ArchiveOptions {
  readonly name: string;
  readonly autocreateParents: boolean;
  /** `REGEX,REPLACEMENT` for paths. */
  readonly pathnameFilter: string | undefined;
}

/** The most that a compressed archive of a kind that is unpacked in memory may hold. */
const MAX_UNPACKED = 4 * 1024 * 1024 * 1024;

/** Makes a tree of a tar archive, compressed or not. */
export async function importArchive(
  repo: Repository,
  session: WriteSession,
  archive: Readable,
  options: ArchiveOptions,
): Promise<DirEntry> {
  const store = new TreeStore(repo, session, 'copy');
  const meta = store.writeDirMeta({ uid: 0, gid: 0, mode: S_IFDIR | 0o755, xattrs: NO_XATTRS });
  const tree = new OstreeTree(store, DirNode.empty(meta));
  await importTar(renaming(tree, options.pathnameFilter), await unpacked(archive), options);
  return tree.rootEntry();
}

/** A view of a tree under which paths go through the filter before they are used. */
function renaming(tree: OstreeTree, filter: string | undefined): Tree {
  if (filter === undefined) return tree;
  const comma = filter.indexOf(',');
  if (comma < 0) throw new VerbError("Missing ',' in --tar-pathname-filter");
  const pattern = new RegExp(filter.slice(0, comma), 'g');
  // GRegex writes groups as \1.
  const replacement = filter
    .slice(comma + 1)
    .replace(/\$/g, '$$$$')
    .replace(/\\(\d)/g, '$$$1');
  const rename = (path: string) => path.replace(pattern, replacement).replace(/^\/+|\/+$/g, '');
  return new Proxy<Tree>(tree, {
    get(target, name) {
      switch (name) {
        case 'lookup':
          return (path: string) => target.lookup(rename(path));
        case 'mkdir':
          return (path: string, meta: Partial<EntryMeta>) => target.mkdir(rename(path), meta);
        case 'writeFile':
          return (path: string, bytes: Uint8Array, meta: Partial<EntryMeta>) =>
            target.writeFile(rename(path), bytes, meta);
        case 'symlink':
          return (path: string, link: string, meta: object) => target.symlink(rename(path), link, meta);
        case 'setMeta':
          return (path: string, meta: Partial<EntryMeta>) => target.setMeta(rename(path), meta);
        case 'copy':
          return (from: string, to: string) => target.copy(rename(from), rename(to));
        case 'remove':
          return (path: string) => target.remove(rename(path));
        default:
          return Reflect.get(target, name, target);
      }
    },
  });
}

async function unpacked(archive: Readable): Promise<Readable> {
  const chunks = archive[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await chunks.next();
  if (first.done) return Readable.from([]);
  const all = Readable.from(joined(first.value, chunks), { objectMode: false });
  const format = detectFormat(first.value);
  if (format === 'none') return all;
  if (format === 'gzip') return all.pipe(reporting(all, createGunzip()));
  if (format === 'zstd') return all.pipe(reporting(all, createZstdDecompress()));
  const parts: Buffer[] = [];
  for await (const part of all) parts.push(part as Buffer);
  return Readable.from([decompress(Buffer.concat(parts), { maxBytes: MAX_UNPACKED })], { objectMode: false });
}

/** Errors of reading end the stream that unpacks. */
function reporting<T extends Transform>(source: Readable, target: T): T {
  source.on('error', (error) => target.destroy(error));
  return target;
}

async function* joined(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
