import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { decompressChunks } from '@ostrata/compression';
import type { Checksum, Context, PackageGroup } from '@ostrata/core';
import {
  CompsReader,
  decodeFileLists,
  decodePackages,
  encodeFileLists,
  encodePackages,
  type FileLists,
  FileListsReader,
  MAX_COMPS,
  MetadataError,
  type PackedPackages,
  PrimaryReader,
  type Repomd,
  type RepomdFile,
  selectableGroups,
} from '../metadata/index.ts';
import type { Access } from './access.ts';
import type { RepositoryCache } from './cache.ts';
import { sourceError } from './errors.ts';
import { inFile } from './in-file.ts';
import { fileSize, isIntact, writeWhole } from './local-file.ts';
import { isForeign, joinUrl, schemeOf, staysInside } from './urls.ts';

/** Bytes that metadata may have, decompressed; real file lists have up to 2 GiB. */
const MAX_OPEN = 8 * 2 ** 30;
const READ_SIZE = 256 * 1024;
/** Pieces that are parsed before others get a turn. */
const PIECES_A_TURN = 8;

/** A metadata file that has what it needs to be trusted. */
export type ServedFile = RepomdFile & { readonly checksum: Checksum };

/** @throws HostError METADATA_INVALID for a file without a checksum, SOURCE_LOCATION */
export function servedFile(repomd: Repomd, type: string, id: string): ServedFile | null {
  const file = repomd.files.get(type);
  if (file === undefined) return null;
  if (file.checksum === null) {
    throw sourceError('METADATA_INVALID', `The repomd.xml of ${id} has no checksum for "${type}".`, {
      hint: 'Make the repository again with createrepo_c.',
      data: { id, type },
    });
  }
  checkLocation(file.location, id);
  return { ...file, checksum: file.checksum };
}

/** @throws HostError SOURCE_LOCATION */
export function checkLocation(location: string, id: string): void {
  if (['http', 'https'].includes(schemeOf(location)) || (schemeOf(location) === '' && staysInside(location))) return;
  throw sourceError(
    'SOURCE_LOCATION',
    `The repository ${id} has a file outside of itself: "${location.slice(0, 100)}"`,
    {
      hint: 'Do not trust this repository, or make it again with createrepo_c.',
      data: { id, location: location.slice(0, 1000) },
    },
  );
}

/** Brings a metadata file into the cache unless it is there. */
export async function bring(
  name: string,
  file: ServedFile,
  bases: readonly string[],
  access: Access,
  cache: RepositoryCache,
  cacheOnly: boolean,
  ctx: Context,
): Promise<void> {
  const destination = cache.served(name, file.checksum);
  if (isIntact(destination, file.checksum, file.size)) return;
  if (cacheOnly) {
    throw sourceError('SOURCE_NOT_CACHED', `The ${name} metadata of ${access.definition.id} are not in the cache.`, {
      hint: 'Refresh once with a network.',
      data: { id: access.definition.id, type: name },
    });
  }
  const urls = bases.map((base) => joinUrl(base, file.location));
  const { checksum, size } = file;
  await access.get(
    {
      urls: [...new Set(urls)],
      destination,
      anonymous: isForeign(file.location, bases),
      checksum,
      ...(size === null ? {} : { size }),
    },
    ctx,
  );
}

/** The packages of a `primary.xml`: packed from an earlier run, else parsed and packed. */
export async function loadPackages(file: ServedFile, cache: RepositoryCache, ctx: Context): Promise<PackedPackages> {
  const packed = cache.packed('primary', file.checksum);
  const key = file.checksum.value;
  const known = readPacked(packed, (bytes) => decodePackages(bytes, key));
  if (known !== null) return known;
  const reader = new PrimaryReader();
  const packages = await parse(reader, 'primary', file, cache, ctx);
  cache.guard(() => writeWhole(packed, encodePackages(packages, key)));
  return packages;
}

/** The paths of a `filelists.xml`, likewise. */
export async function loadFileLists(file: ServedFile, cache: RepositoryCache, ctx: Context): Promise<FileLists> {
  const packed = cache.packed('filelists', file.checksum);
  const key = file.checksum.value;
  const known = readPacked(packed, (bytes) => decodeFileLists(bytes, key));
  if (known !== null) return known;
  const lists = await parse(new FileListsReader(), 'filelists', file, cache, ctx);
  cache.guard(() => writeWhole(packed, encodeFileLists(lists, key)));
  return lists;
}

/** The groups of a comps file; small enough to be read on demand, at once. */
export function loadGroups(file: ServedFile, cache: RepositoryCache): PackageGroup[] {
  const path = cache.served('comps', file.checksum);
  const reader = new CompsReader();
  try {
    for (const chunk of decompressChunks(readFileSync(path), { maxBytes: MAX_COMPS })) reader.write(chunk);
    return selectableGroups(reader.end());
  } catch (error) {
    throw inFile(error, `${cache.name}/${file.location}`);
  }
}

function readPacked<T>(path: string, decode: (bytes: Uint8Array) => T): T | null {
  if (fileSize(path) === null) return null;
  try {
    return decode(readFileSync(path));
  } catch (error) {
    if (error instanceof MetadataError) return null;
    throw error;
  }
}

async function parse<T>(
  reader: { write(chunk: Uint8Array): void; end(): T },
  name: string,
  file: ServedFile,
  cache: RepositoryCache,
  ctx: Context,
): Promise<T> {
  const path = cache.served(name, file.checksum);
  try {
    let pieces = 0;
    for (const chunk of decompressChunks(readPieces(path), { maxBytes: file.openSize ?? MAX_OPEN })) {
      reader.write(chunk);
      if (++pieces % PIECES_A_TURN > 0) continue;
      await new Promise(setImmediate);
      ctx.signal.throwIfAborted();
    }
    return reader.end();
  } catch (error) {
    throw inFile(error, `${cache.name}/${file.location}`);
  }
}

function* readPieces(path: string): Generator<Buffer> {
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(READ_SIZE);
      const read = readSync(fd, piece);
      if (read === 0) return;
      yield piece.subarray(0, read);
    }
  } finally {
    closeSync(fd);
  }
}
