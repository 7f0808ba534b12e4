import { Buffer } from 'node:buffer';
import { swap64 } from './byte-order.ts';
import { type Checksum, checksumBytes, checksumFromBytes } from './checksum.ts';
import { CodecError } from './errors.ts';
import { decode, encode, type Value, type Variant } from './gvariant/index.ts';

/** The `a{sv}` of a commit in the order in which it is written: the order is part of the commit's checksum. */
export type Metadata = ReadonlyMap<string, Variant>;

export interface CommitObject {
  readonly metadata: Metadata;
  readonly parent: Checksum | undefined;
  /** Reserved by the format, always empty. */
  readonly related: readonly { readonly name: string; readonly checksum: Checksum }[];
  readonly subject: string;
  readonly body: string;
  /** Seconds since 1970. */
  readonly timestamp: bigint;
  readonly tree: Checksum;
  readonly meta: Checksum;
}

const TYPE = '(a{sv}aya(say)sstayay)';
const METADATA_TYPE = 'a{sv}';

export function encodeCommit(commit: CommitObject): Buffer {
  return encode(TYPE, [
    metadataToValue(commit.metadata),
    commit.parent === undefined ? new Uint8Array() : checksumBytes(commit.parent),
    commit.related.map(({ name, checksum }) => [name, checksumBytes(checksum)]),
    commit.subject,
    commit.body,
    swap64(commit.timestamp),
    checksumBytes(commit.tree),
    checksumBytes(commit.meta),
  ]);
}

export function decodeCommit(bytes: Uint8Array): CommitObject {
  const [metadata, parent, related, subject, body, timestamp, tree, meta] = decode(TYPE, bytes) as readonly [
    Value,
    Uint8Array,
    readonly (readonly [string, Uint8Array])[],
    string,
    string,
    bigint,
    Uint8Array,
    Uint8Array,
  ];
  return {
    metadata: metadataFromValue(metadata),
    parent: parent.length === 0 ? undefined : checksumFromBytes(parent),
    related: related.map(([name, checksum]) => ({ name, checksum: checksumFromBytes(checksum) })),
    subject,
    body,
    timestamp: swap64(timestamp),
    tree: checksumFromBytes(tree),
    meta: checksumFromBytes(meta),
  };
}

/** The `a{sv}` of a .commitmeta object: signatures and what else is said of a commit after it was made. */
export const encodeMetadata = (metadata: Metadata): Buffer => encode(METADATA_TYPE, metadataToValue(metadata));

export const decodeMetadata = (bytes: Uint8Array): Metadata => metadataFromValue(decode(METADATA_TYPE, bytes));

/**
 * The same of bytes that are not ours to judge: those that are no metadata hold none, as GVariant has it. Nobody finds a signature in
 * them, and a remote that demands none is not refused for them.
 */
export function decodeDetached(bytes: Uint8Array): Metadata {
  try {
    return decodeMetadata(bytes);
  } catch (error) {
    if (error instanceof CodecError) return new Map();
    throw error;
  }
}

/** The checksum of what a commit holds, whatever its history: the digest of its root's tree and metadata. */
export function contentChecksumInput(commit: Pick<CommitObject, 'tree' | 'meta'>): Buffer {
  return Buffer.concat([checksumBytes(commit.tree), checksumBytes(commit.meta)]);
}

export function metadataToValue(metadata: Metadata): Value {
  return [...metadata].map(([key, value]) => [key, value]);
}

export function metadataFromValue(value: Value): Metadata {
  const metadata = new Map<string, Variant>();
  for (const [key, entry] of value as readonly (readonly [string, Variant])[]) {
    // GLib looks up the first of several entries with one key.
    if (!metadata.has(key)) metadata.set(key, entry);
  }
  return metadata;
}
