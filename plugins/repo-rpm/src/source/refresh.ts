import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { type Context, type HostError, isHostError, type Snapshot, type SourceRef } from '@ostrata/contract';
import { MAX_REPOMD, parseRepomd, type Repomd } from '../metadata/index.ts';
import { Access, type FileRequest } from './access.ts';
import { type CacheState, RepositoryCache } from './cache.ts';
import { type Definition, definitionOf } from './definition.ts';
import { sourceError } from './errors.ts';
import { writeHandle } from './handle.ts';
import { inFile } from './in-file.ts';
import { readKeys } from './keys.ts';
import { fileSize, isIntact, writeWhole } from './local-file.ts';
import { bring, isPacked, type ServedFile, servedFile } from './metadata-files.ts';
import { findPlaces, type Places } from './mirrors.ts';
import { checkRepomdSignature } from './repomd-signature.ts';
import { joinUrl } from './urls.ts';

/** The metadata of a repository in the cache, checked. */
export interface Refreshed {
  readonly definition: Definition;
  readonly cache: RepositoryCache;
  readonly digest: string;
  readonly repomd: Repomd;
  readonly primary: ServedFile;
}

/** The files that `open` needs, by their name in the cache and their types in `repomd.xml`, best first. */
export const FILES = {
  primary: ['primary', 'primary_zck'],
  comps: ['group_gz', 'group_xz', 'group_zst', 'group', 'group_zck', 'group_gz_zck'],
  filelists: ['filelists', 'filelists_zck'],
  other: ['other', 'other_zck'],
  updateinfo: ['updateinfo', 'updateinfo_zck'],
} as const;

/**
 * Brings `repomd.xml`, `primary` and the groups of a repository into the cache, each checked before it counts.
 * @throws HostError SOURCE_UNAVAILABLE and all that can be wrong with metadata
 */
export async function refreshMetadata(source: SourceRef, cacheOnly: boolean, ctx: Context): Promise<Refreshed> {
  const definition = definitionOf(source);
  const cache = RepositoryCache.of(definition, ctx.environment);
  const access = new Access(definition);
  cache.makeDirectory();
  const before = cache.readState();
  const state = cacheOnly ? cachedState(definition, cache, before) : await freshState(access, cache, before, ctx);
  const repomd = readRepomd(cache, state.digest, definition.id);
  const [primary] = findFiles(repomd, 'primary', definition.id);
  if (primary === undefined) {
    throw sourceError('METADATA_INVALID', `The repomd.xml of ${definition.id} names no primary metadata.`, {
      hint: 'Make the repository again with createrepo_c.',
      data: { id: definition.id },
    });
  }
  const comps = findFiles(repomd, 'comps', definition.id);
  const bases = placesOf(definition, state);
  await Promise.all([
    isPacked(primary, cache) || bring('primary', primary, bases, access, cache, cacheOnly, ctx),
    bringAny(comps, (file) => bring('comps', file, bases, access, cache, cacheOnly, ctx)),
  ]);
  if (!cacheOnly) {
    cache.writeState(state);
    prune(cache, state.digest, before?.digest);
  }
  return { definition, cache, digest: state.digest, repomd, primary };
}

/** The forms in which a repository has a file, best first. */
export function findFiles(repomd: Repomd, name: keyof typeof FILES, id: string): ServedFile[] {
  return FILES[name].map((type) => servedFile(repomd, type, id)).filter((file) => file !== null);
}

/** Mirrors may lack some form of the groups: the first that is there will do. */
async function bringAny(files: readonly ServedFile[], one: (file: ServedFile) => Promise<void>): Promise<void> {
  let first: unknown;
  for (const file of files) {
    try {
      return await one(file);
    } catch (error) {
      if (!isHostError(error)) throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
}

/** @throws HostError METADATA_… with file and line, SOURCE_NOT_CACHED */
export function readRepomd(cache: RepositoryCache, digest: string, id: string): Repomd {
  const path = cache.repomd(digest);
  if (fileSize(path) === null) {
    throw sourceError('SOURCE_NOT_CACHED', `The metadata of ${id} are no longer in the cache.`, {
      hint: 'Refresh and make the Plan again.',
      data: { id, digest },
    });
  }
  try {
    return parseRepomd(readFileSync(path));
  } catch (error) {
    throw inFile(error, `repomd.xml of ${id}`);
  }
}

export function placesOf({ baseurl }: Definition, state: Pick<CacheState, 'mirrors'> | null): readonly string[] {
  return baseurl.length > 0 ? baseurl : (state?.mirrors ?? []);
}

function cachedState({ id }: Definition, cache: RepositoryCache, state: CacheState | null): CacheState {
  if (state !== null && fileSize(cache.repomd(state.digest)) !== null) return state;
  throw sourceError('SOURCE_NOT_CACHED', `The metadata of the repository ${id} are not in the cache.`, {
    hint: 'Refresh once with a network.',
    data: { id },
  });
}

async function freshState(
  access: Access,
  cache: RepositoryCache,
  before: CacheState | null,
  ctx: Context,
): Promise<CacheState> {
  const { definition } = access;
  const places = await findPlaces(access, cache, ctx);
  const download = cache.path('repomd.xml');
  const { validators } = await getRepomd(access, places, download, before, ctx);
  const bytes = readFileSync(download);
  const digest = createHash('sha256').update(bytes).digest('hex');
  try {
    parseRepomd(bytes);
    const verifiedBy = await verify(access, cache, places, bytes, digest, before, ctx);
    if (fileSize(cache.repomd(digest)) === null) cache.guard(() => writeWhole(cache.repomd(digest), bytes));
    return { digest, validators, mirrors: definition.baseurl.length > 0 ? [] : places.bases, verifiedBy };
  } catch (error) {
    // Else the next run would take it for a good copy that only has not changed.
    rmSync(download, { force: true });
    throw inFile(error, `repomd.xml of ${definition.id}`);
  }
}

async function getRepomd(
  access: Access,
  { bases, versions }: Places,
  destination: string,
  before: CacheState | null,
  ctx: Context,
) {
  const urls = bases.map((base) => joinUrl(base, 'repodata/repomd.xml'));
  const request: FileRequest = { urls, destination, maxSize: MAX_REPOMD };
  const failures: HostError[] = [];
  // A metalink also vouches for older versions that mirrors may still have.
  for (const { checksums, size } of versions) {
    const checksum = checksums.find(({ algorithm }) => /^sha(512|256)$/.test(algorithm)) ?? checksums[0];
    if (checksum === undefined) continue;
    if (before !== null && isIntact(destination, checksum, size)) return { validators: before.validators };
    try {
      return await access.get({ ...request, checksum, ...(size === null ? {} : { size }) }, ctx);
    } catch (error) {
      if (!isHostError(error)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0]!;
  const result = await access.get({ ...request, ...(before === null ? {} : { validators: before.validators }) }, ctx);
  return result.notModified && before !== null ? { ...result, validators: before.validators } : result;
}

/** Checks the signature where the repository wants that; says with which keys. */
async function verify(
  access: Access,
  cache: RepositoryCache,
  { bases }: Places,
  repomd: Uint8Array,
  digest: string,
  before: CacheState | null,
  ctx: Context,
): Promise<string | null> {
  const { id, repo_gpgcheck: wanted, gpgkey } = access.definition;
  if (!wanted) return null;
  const keyNames = gpgkey.join(' ');
  if (before?.digest === digest && before.verifiedBy === keyNames) return keyNames;
  const keys = await readKeys(access, cache, false, ctx);
  const file = cache.path('repomd.xml.asc');
  const urls = bases.map((base) => joinUrl(base, 'repodata/repomd.xml.asc'));
  try {
    await access.get({ urls, destination: file, maxSize: MAX_REPOMD }, ctx);
  } catch (error) {
    if (!isHostError(error)) throw error;
    throw sourceError('SOURCE_METADATA_SIGNATURE', `The metadata of ${id} have no signature: ${error.message}`, {
      hint: 'Set repo_gpgcheck=0 when the repository does not sign its metadata and you trust it without.',
      data: { id },
      cause: error,
    });
  }
  await checkRepomdSignature(id, repomd, readFileSync(file), keys, ctx);
  return keyNames;
}

/** Keeps what belongs to this and the previous state: a Plan of the last run can still be opened. */
function prune(cache: RepositoryCache, digest: string, previous: string | undefined): void {
  const keep = new Set<string>();
  for (const known of [digest, previous ?? digest]) {
    keep.add(known);
    try {
      for (const { checksum } of parseRepomd(readFileSync(cache.repomd(known))).files.values())
        if (checksum) keep.add(checksum.value);
    } catch {
      // The previous one is gone or damaged: nothing of it is worth keeping.
    }
  }
  cache.prune(keep);
}

/** An empty snapshot for a repository that is not to be had and may be left out. */
export function skippedSnapshot(source: SourceRef, ctx: Context): Snapshot {
  const cache = RepositoryCache.of(definitionOf(source), ctx.environment);
  return {
    source,
    digest: createHash('sha256').update('').digest('hex'),
    timestamp: 0,
    packages: 0,
    extras: writeHandle({ cache: cache.name, cacheOnly: false, skipped: true }),
  };
}
