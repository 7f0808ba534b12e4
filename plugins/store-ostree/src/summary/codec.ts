import { swap64 } from '../codec/byte-order.ts';
import { type Checksum, checksumBytes, checksumFromBytes } from '../codec/checksum.ts';
import { type Metadata, metadataFromValue } from '../codec/commit.ts';
import { invalid } from '../codec/errors.ts';
import { decode, encode, type Value, variant } from '../codec/gvariant/index.ts';

/** What a summary says of one ref. */
export interface SummaryRef {
  readonly name: string;
  readonly commit: Checksum;
  /** Bytes of the commit object. */
  readonly size: number;
  /** `ostree.commit.timestamp` and the like; integers in it are big endian as libostree writes them. */
  readonly metadata: Metadata;
}

/** The file `summary` of a repository: its refs and what else clients want to know before they ask for objects. */
export interface Summary {
  readonly refs: readonly SummaryRef[];
  /** The keys `ostree.summary.*` and `ostree.static-deltas`, in the order in which they are written. */
  readonly metadata: Metadata;
}

// ostree-core.h: OSTREE_SUMMARY_GVARIANT_STRING, and the type of the value of ostree.summary.collection-map.
const TYPE = '(a(s(taya{sv}))a{sv})';
export const COLLECTION_MAP_TYPE = 'a{sa(s(taya{sv}))}';

export const KEY = {
  staticDeltas: 'ostree.static-deltas',
  lastModified: 'ostree.summary.last-modified',
  expires: 'ostree.summary.expires',
  collectionId: 'ostree.summary.collection-id',
  collectionMap: 'ostree.summary.collection-map',
  mode: 'ostree.summary.mode',
  tombstones: 'ostree.summary.tombstone-commits',
  indexedDeltas: 'ostree.summary.indexed-deltas',
  commitTimestamp: 'ostree.commit.timestamp',
  commitVersion: 'ostree.commit.version',
} as const;

export function encodeSummary(summary: Summary): Buffer {
  return encode(TYPE, [refsToValue(summary.refs), [...summary.metadata].map(([key, value]) => [key, value])]);
}

/** Reads a summary; throws a CodecError for bytes that are none. */
export function decodeSummary(bytes: Uint8Array): Summary {
  const [refs, metadata] = decode(TYPE, bytes) as readonly [Value, Value];
  return { refs: refsFromValue(refs), metadata: metadataFromValue(metadata) };
}

/** The refs of other collections, by collection, in the order of the map. */
export function collectionRefs(summary: Summary): ReadonlyMap<string, readonly SummaryRef[]> {
  const map = summary.metadata.get(KEY.collectionMap);
  if (map?.type !== COLLECTION_MAP_TYPE) return new Map();
  const entries = map.value as readonly (readonly [string, Value])[];
  return new Map(entries.map(([collection, refs]) => [collection, refsFromValue(refs)]));
}

/** All refs that belong to a collection, by collection: the repository's own and those of others. */
export function summaryCollections(summary: Summary): ReadonlyMap<string, readonly SummaryRef[]> {
  const own = summaryText(summary, KEY.collectionId);
  return new Map([...(own === undefined ? [] : [[own, summary.refs] as const]), ...collectionRefs(summary)]);
}

/** Names of static deltas (`FROM-TO` or `TO`) with the digests of their superblocks. */
export function summaryDeltas(summary: Pick<Summary, 'metadata'>): ReadonlyMap<string, Checksum> {
  const deltas = summary.metadata.get(KEY.staticDeltas);
  if (deltas?.type !== 'a{sv}') return new Map();
  const found = new Map<string, Checksum>();
  for (const [name, digest] of metadataFromValue(deltas.value)) {
    if (digest.type !== 'ay') throw invalid(`a static delta whose digest has the type ${digest.type}`);
    found.set(name, checksumFromBytes(digest.value as Uint8Array));
  }
  return found;
}

/** The text of a key, when it has one. */
export function summaryText(summary: Pick<Summary, 'metadata'>, key: string): string | undefined {
  const found = summary.metadata.get(key);
  return found?.type === 's' ? (found.value as string) : undefined;
}

export function summaryFlag(summary: Pick<Summary, 'metadata'>, key: string): boolean {
  const found = summary.metadata.get(key);
  return found?.type === 'b' && found.value === true;
}

/** Seconds since the epoch of a key such as `ostree.summary.last-modified`, or of the timestamp of a ref. */
export function summaryTime(metadata: Metadata, key: string): number | undefined {
  const found = metadata.get(key);
  return found?.type === 't' ? Number(swap64(found.value as bigint)) : undefined;
}

/** A time as summaries hold it: big endian. */
export const timeVariant = (seconds: bigint) => variant('t', swap64(seconds));

export function refsToValue(refs: readonly SummaryRef[]): Value {
  return refs.map(({ name, commit, size, metadata }) => [
    name,
    [BigInt(size), checksumBytes(commit), [...metadata].map(([key, value]) => [key, value])],
  ]);
}

function refsFromValue(value: Value): SummaryRef[] {
  const list = value as readonly (readonly [string, readonly [bigint, Uint8Array, Value]])[];
  return list.map(([name, [size, commit, metadata]]) => ({
    name,
    commit: checksumFromBytes(commit),
    size: Number(size),
    metadata: metadataFromValue(metadata),
  }));
}
