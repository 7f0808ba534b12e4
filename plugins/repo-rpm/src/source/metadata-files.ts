import { readFileSync, rmSync } from 'node:fs';
import type { Advisory, Checksum, Context, PackageGroup } from '@ostrata/contract';
import {
  type Changelogs,
  CompsReader,
  decodeAdvisories,
  decodeChangelogs,
  decodeDetails,
  decodeFileLists,
  decodePackages,
  type FileLists,
  MAX_COMPS,
  MetadataError,
  openDetails,
  type PackedDetails,
  type PackedPackages,
  type Repomd,
  type RepomdFile,
  selectableGroups,
} from '../metadata/index.ts';
import type { Access } from './access.ts';
import type { RepositoryCache } from './cache.ts';
import { sourceError } from './errors.ts';
import { FileParts } from './file-parts.ts';
import { inFile } from './in-file.ts';
import { fileSize, isIntact, writeWhole } from './local-file.ts';
import { openMetadata } from './open-metadata.ts';
import { type Packed, type PackJob, type PackKind, pack } from './pack.ts';
import { packElsewhere } from './pack-elsewhere.ts';
import { isForeign, joinUrl, schemeOf, staysInside } from './urls.ts';

/** Bytes that metadata may have, decompressed; real file lists have up to 2 GiB. */
const MAX_OPEN = 8 * 2 ** 30;

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

/** The packages of a `primary.xml`: packed by an earlier run, else parsed and packed now. */
export async function loadPackages(file: ServedFile, cache: RepositoryCache, ctx: Context): Promise<PackedPackages> {
  const key = file.checksum.value;
  const path = cache.packed('index', file.checksum);
  /** The rest is read when somebody asks, which may be where nothing can be waited for. */
  const details = (damaged: boolean): PackedDetails => {
    const known = damaged
      ? null
      : tryOpen(() => openDetails(new FileParts(cache.packed('primary', file.checksum)), key));
    if (known !== null) return known;
    checkServed(file, cache);
    return decodeDetails(keepPackages(pack(jobOf('primary', file, cache)), file, cache).details, key);
  };
  const decode = (bytes: Uint8Array): PackedPackages => decodePackages(bytes, key, details);
  const known = readPacked(path, decode);
  if (known !== null) return known;
  if (isPacked(file, cache)) checkServed(file, cache);
  return decode(keepPackages(await packElsewhere(jobOf('primary', file, cache), ctx), file, cache).index);
}

/** Whether the packages were packed and what they were made of is there: as long as the packed ones are whole nobody looks at that. */
export function isPacked({ checksum, size }: ServedFile, cache: RepositoryCache): boolean {
  const served = fileSize(cache.served('primary', checksum));
  return served !== null && (size === null || size === served) && fileSize(cache.packed('index', checksum)) !== null;
}

/** Looks at what {@link isPacked} spares. @throws HostError SOURCE_NOT_CACHED, and then the next refresh fetches it again */
function checkServed(file: ServedFile, cache: RepositoryCache): void {
  if (isIntact(cache.served('primary', file.checksum), file.checksum, file.size)) return;
  cache.guard(() => rmSync(cache.packed('index', file.checksum), { force: true }));
  throw sourceError('SOURCE_NOT_CACHED', `The primary metadata in ${cache.directory} are damaged.`, {
    hint: 'Refresh once with a network.',
    data: { directory: cache.directory, type: 'primary' },
  });
}

function keepPackages(packed: Packed, { checksum }: ServedFile, cache: RepositoryCache) {
  if (packed instanceof Uint8Array) throw new TypeError('packages are packed as two files');
  cache.guard(() => {
    writeWhole(cache.packed('primary', checksum), packed.details);
    writeWhole(cache.packed('index', checksum), packed.index);
  });
  return packed;
}

/** The paths of a `filelists.xml`, likewise. */
export function loadFileLists(file: ServedFile, cache: RepositoryCache, ctx: Context): Promise<FileLists> {
  return load('filelists', decodeFileLists, file, cache, ctx);
}

/** The changelogs of an `other.xml`, likewise. */
export function loadChangelogs(file: ServedFile, cache: RepositoryCache, ctx: Context): Promise<Changelogs> {
  return load('other', decodeChangelogs, file, cache, ctx);
}

/** The advisories of an `updateinfo.xml`, likewise. */
export function loadAdvisories(file: ServedFile, cache: RepositoryCache, ctx: Context): Promise<Advisory[]> {
  return load('updateinfo', decodeAdvisories, file, cache, ctx);
}

/** The groups of a comps file; small enough to be read on demand, at once. */
export function loadGroups(file: ServedFile, cache: RepositoryCache): PackageGroup[] {
  const path = cache.served('comps', file.checksum);
  const reader = new CompsReader();
  try {
    for (const chunk of openMetadata(path, MAX_COMPS)) reader.write(chunk);
    return selectableGroups(reader.end());
  } catch (error) {
    throw inFile(error, `${cache.name}/${file.location}`);
  }
}

async function load<T>(
  kind: PackKind,
  decode: (bytes: Uint8Array, key: string) => T,
  file: ServedFile,
  cache: RepositoryCache,
  ctx: Context,
): Promise<T> {
  const path = cache.packed(kind, file.checksum);
  const key = file.checksum.value;
  const known = readPacked(path, (bytes) => decode(bytes, key));
  if (known !== null) return known;
  const bytes = await packElsewhere(jobOf(kind, file, cache), ctx);
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${kind} metadata are packed as one file`);
  cache.guard(() => writeWhole(path, bytes));
  return decode(bytes, key);
}

function readPacked<T>(path: string, decode: (bytes: Uint8Array) => T): T | null {
  return tryOpen(() => decode(readFileSync(path)));
}

/** Null when it is not there, damaged or of another version: then it is made again. */
function tryOpen<T>(open: () => T): T | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof MetadataError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function jobOf(kind: PackKind, file: ServedFile, cache: RepositoryCache): PackJob {
  return {
    kind,
    path: cache.served(kind, file.checksum),
    key: file.checksum.value,
    // For zchunk files made of compressed ones createrepo_c writes the size of these, so that says nothing there.
    maxBytes: (file.type.endsWith('_zck') ? null : file.openSize) ?? MAX_OPEN,
    label: `${cache.name}/${file.location}`,
  };
}
