import { Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { decompress, detectFormat } from '@ostrata/compression';
import type { DirEntry } from '../codec/dir-tree.ts';
import { S_IFDIR } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import type { Repository } from '../repo/repository.ts';
import type { WriteSession } from '../store/session.ts';
import { importCpio, isCpio } from '../tar-import/import-cpio.ts';
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
  const { name, autocreateParents, pathnameFilter } = options;
  const target = {
    name,
    autocreateParents,
    ...(pathnameFilter === undefined ? {} : { rename: renaming(pathnameFilter) }),
  };
  const [first, rest] = await beginning(await unpacked(archive));
  if (isCpio(first)) importCpio(tree, await allOf(first, rest, options), target);
  else await importTar(tree, Readable.from(joined(first, rest), { objectMode: false }), target);
  return tree.rootEntry();
}

/** What the filter makes of a path; GRegex writes groups as \1. */
function renaming(filter: string): (path: string) => string {
  const comma = filter.indexOf(',');
  if (comma < 0) throw new VerbError("Missing ',' in --tar-pathname-filter");
  const pattern = new RegExp(filter.slice(0, comma), 'g');
  const replacement = filter
    .slice(comma + 1)
    .replace(/\$/g, '$$$$')
    .replace(/\\(\d)/g, '$$$1');
  return (path) => path.replace(pattern, replacement);
}

async function unpacked(archive: Readable): Promise<Readable> {
  const [first, rest] = await beginning(archive);
  const all = Readable.from(joined(first, rest), { objectMode: false });
  const format = detectFormat(first);
  if (format === 'none') return all;
  if (format === 'gzip') return all.pipe(reporting(all, createGunzip()));
  if (format === 'zstd') return all.pipe(reporting(all, createZstdDecompress()));
  const parts: Buffer[] = [];
  for await (const part of all) parts.push(part as Buffer);
  return Readable.from([decompress(Buffer.concat(parts), { maxBytes: MAX_UNPACKED })], { objectMode: false });
}

/** As many bytes as tell a format. */
const BEGINNING = 16;

/** The first bytes of a stream, and what follows them. */
async function beginning(stream: Readable): Promise<readonly [Buffer, AsyncIterator<Buffer>]> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let first: Buffer = Buffer.alloc(0);
  while (first.length < BEGINNING) {
    const next = await chunks.next();
    if (next.done) break;
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
  }
  return [first, chunks];
}

async function allOf(first: Buffer, rest: AsyncIterator<Buffer>, { name }: ArchiveOptions): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of joined(first, rest)) {
    size += chunk.length;
    if (size > MAX_UNPACKED) throw new VerbError(`${name} holds more than ${MAX_UNPACKED} bytes`);
    chunks.push(chunk);
  }
  return chunks;
}

/** Errors of reading end the stream that unpacks. */
function reporting<T extends Transform>(source: Readable, target: T): T {
  source.on('error', (error) => target.destroy(error));
  return target;
}

async function* joined(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
