import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Checksum, checksumBytes, sha256 } from '../codec/checksum.ts';
import { encodeMetadata, type Metadata } from '../codec/commit.ts';
import { type Variant, variant } from '../codec/gvariant/index.ts';
import { hashOrder } from '../codec/hash-order.ts';
import { deltaId, listDeltas, reindexDeltas, superblockPath } from '../delta/index.ts';
import { listCollectionRefs, readConfig } from '../repo/collections.ts';
import { fsyncPath } from '../repo/directory.ts';
import { lockRepository } from '../repo/lock.ts';
import { listRefs } from '../repo/refs.ts';
import { replaceFile } from '../repo/replace-file.ts';
import type { Repository } from '../repo/repository.ts';
import { wantsSummaryUpdates } from './auto-update.ts';
import { COLLECTION_MAP_TYPE, encodeSummary, KEY, refsToValue, type SummaryRef, timeVariant } from './codec.ts';

export interface SummaryOptions {
  /** Seconds since the epoch: the summary's `last-modified`. */
  readonly now: number;
  /** Further keys. */
  readonly metadata?: Metadata;
}

/** The last second that a GDateTime can hold: later timestamps of commits are left out. */
const LAST_SECOND = 253_402_300_799n;

/**
 * Writes the file `summary` as `ostree summary -u` does, byte for byte, and removes the signature of the old one. Remote refs are not in
 * it but for those of remotes with a collection.
 */
export function updateSummary(repo: Repository, options: SummaryOptions): void {
  // Summaries say that there are indexes of deltas.
  reindexDeltas(repo);
  using _lock = lockRepository(join(repo.path, '.lock'), 'shared', repo.config);
  const bytes = summaryBytes(repo, options);
  replaceFile(join(repo.path, 'summary'), bytes, { fsync: repo.config.fsync });
  rmSync(join(repo.path, 'summary.sig'), { force: true });
}

/**
 * As `updateSummary`, with a signature: nothing is seen of the new summary before it is signed, and both files get the same time, so
 * that web servers and their clients do not take one of them for older than the other.
 */
export async function updateSignedSummary(
  repo: Repository,
  options: SummaryOptions,
  sign: (bytes: Uint8Array) => Promise<Metadata>,
): Promise<void> {
  reindexDeltas(repo);
  using _lock = lockRepository(join(repo.path, '.lock'), 'shared', repo.config);
  const bytes = summaryBytes(repo, options);
  const signature = encodeMetadata(await sign(bytes));
  mkdirSync(join(repo.path, 'tmp'), { recursive: true, mode: 0o775 });
  const directory = mkdtempSync(join(repo.path, 'tmp', 'summary-'));
  try {
    const files = [
      ['summary', bytes],
      ['summary.sig', signature],
    ] as const;
    const now = Date.now() / 1000;
    for (const [name, content] of files) {
      replaceFile(join(directory, name), content, { fsync: repo.config.fsync });
      utimesSync(join(directory, name), now, now);
    }
    for (const [name] of files) renameSync(join(directory, name), join(repo.path, name));
    if (repo.config.fsync) fsyncPath(repo.path);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Updates the summary when the config wants it done with every change of a ref. */
export function autoUpdateSummary(repo: Repository, options: SummaryOptions): void {
  if (wantsSummaryUpdates(repo)) updateSummary(repo, options);
}

/** Sets the detached signatures of the summary: the file `summary.sig`, an `a{sv}` with the keys of the mechanisms. */
export function writeSummarySignature(repo: Repository, signatures: Metadata): void {
  replaceFile(join(repo.path, 'summary.sig'), encodeMetadata(signatures), { fsync: repo.config.fsync });
}

function summaryBytes(repo: Repository, options: SummaryOptions): Buffer {
  const config = readConfig(repo);
  const own = config.get('core', 'collection-id')?.trim();
  const collections = Map.groupBy(listCollectionRefs(repo, { remotes: true }), ({ collection }) => collection);
  const local = [...listRefs(repo)].filter(([name]) => !name.includes(':'));
  const mine =
    own === undefined
      ? local
      : (collections.get(own) ?? []).map(({ ref, commit }): [string, Checksum] => [ref, commit]);
  const entries = new Map<string, Variant>(options.metadata ?? []);
  const deltas = config.get('core', 'no-deltas-in-summary')?.trim() === 'true' ? [] : deltaDigests(repo);
  if (deltas.length > 0) entries.set(KEY.staticDeltas, variant('a{sv}', deltas));
  entries.set(KEY.lastModified, timeVariant(BigInt(options.now)));
  entries.set(KEY.mode, variant('s', config.get('core', 'mode')?.trim() ?? 'bare'));
  entries.set(KEY.tombstones, variant('b', config.get('core', 'tombstone-commits')?.trim() === 'true'));
  entries.set(KEY.indexedDeltas, variant('b', true));
  if (own !== undefined) entries.set(KEY.collectionId, variant('s', own));
  const others = [...collections.keys()].filter((collection) => collection !== own).sort();
  if (others.length > 0) {
    const map = others.map((collection) => {
      const refs = collections.get(collection)!.map(({ ref, commit }): [string, Checksum] => [ref, commit]);
      return [collection, refsToValue(refEntries(repo, refs))];
    });
    entries.set(KEY.collectionMap, variant(COLLECTION_MAP_TYPE, map));
  }
  return encodeSummary({ refs: refEntries(repo, mine), metadata: inHashOrder(entries) });
}

/** What the summary says of refs, in the order of the bytes of their names. */
function refEntries(repo: Repository, refs: readonly (readonly [string, Checksum])[]): SummaryRef[] {
  const entries = refs.map(([name, commit]) => {
    const bytes = repo.readMetadata(commit, 'commit');
    const { timestamp, metadata } = repo.readCommit(commit);
    const said = new Map<string, Variant>();
    if (timestamp <= LAST_SECOND) said.set(KEY.commitTimestamp, timeVariant(timestamp));
    const version = metadata.get('version');
    if (version?.type === 's') said.set(KEY.commitVersion, version);
    return { name, commit, size: bytes.length, metadata: inHashOrder(said) };
  });
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

function deltaDigests(repo: Repository): [string, Variant][] {
  const digests = new Map(
    listDeltas(repo).map((name): [string, Variant] => {
      const digest = sha256(readFileSync(superblockPath(repo, name)));
      return [deltaId(name), variant('ay', checksumBytes(digest))];
    }),
  );
  return [...inHashOrder(digests)];
}

/** A dictionary in the order in which libostree's hash tables give it: a part of the bytes of a summary. */
const inHashOrder = (entries: ReadonlyMap<string, Variant>): Map<string, Variant> =>
  new Map(hashOrder(entries.keys()).map((key) => [key, entries.get(key)!]));
