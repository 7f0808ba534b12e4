import type { Buffer } from 'node:buffer';
import { type Checksum, checksumBytes, checksumFromBytes } from '../checksum.ts';
import { metadataFromValue } from '../commit.ts';
import { invalid } from '../errors.ts';
import { decode, encode, type Value, variant } from '../gvariant/index.ts';
import { type DeltaName, deltaId, parseDeltaId } from './name.ts';

/** A delta and the SHA-256 of its superblock's file. */
export interface IndexedDelta {
  readonly name: DeltaName;
  readonly superblock: Checksum;
}

/** The key under which summaries and indexes list deltas (OSTREE_SUMMARY_STATIC_DELTAS). */
const KEY = 'ostree.static-deltas';

/** The `a{sv}` of a list of deltas, as an index and a summary hold it. */
export const deltaListValue = (deltas: readonly IndexedDelta[]): Value =>
  deltas.map(({ name, superblock }) => [deltaId(name), variant('ay', checksumBytes(superblock))]);

/** The file `delta-indexes/AA/REST.index`: what leads to one commit. */
export const encodeDeltaIndex = (deltas: readonly IndexedDelta[]): Buffer =>
  encode('a{sv}', [[KEY, variant('a{sv}', deltaListValue(deltas))]]);

export function decodeDeltaIndex(bytes: Uint8Array): IndexedDelta[] {
  const list = metadataFromValue(decode('a{sv}', bytes)).get(KEY);
  if (list === undefined) return [];
  if (list.type !== 'a{sv}') throw invalid(`a list of deltas of the type ${list.type}`);
  return [...metadataFromValue(list.value)].map(([id, digest]) => {
    const name = parseDeltaId(id);
    if (!name) throw invalid(`${JSON.stringify(id)} is not the name of a delta`);
    if (digest.type !== 'ay') throw invalid(`the digest of a superblock of the type ${digest.type}`);
    return { name, superblock: checksumFromBytes(digest.value as Uint8Array) };
  });
}
