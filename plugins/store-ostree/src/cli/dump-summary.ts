import type { Buffer } from 'node:buffer';
import { swap64 } from '../codec/byte-order.ts';
import { checksumFromBytes } from '../codec/checksum.ts';
import { decode, type Value, type Variant } from '../codec/gvariant/index.ts';
import { byteswap } from '../codec/gvariant-text/byteswap.ts';
import { printValue, printVariant } from '../codec/gvariant-text/print.ts';
import { parseMode } from '../repo/config.ts';
import { formatSize } from './format-size.ts';

const TYPE = '(a(s(taya{sv}))a{sv})';
const MAP_TYPE = 'a{sa(s(taya{sv}))}';

type Entries = readonly (readonly [string, Variant])[];
type Refs = readonly (readonly [string, readonly [bigint, Uint8Array, Entries]])[];

/** The text that `summary --view` prints. */
export function dumpSummary(bytes: Uint8Array, { raw }: { raw: boolean }): string {
  const value = decode(TYPE, bytes);
  if (raw) return `${printValue(TYPE, byteswap(TYPE, value))}\n`;
  const [refs, extensions] = value as unknown as readonly [Refs, Entries];
  const lookup = (key: string, type: string): Value | undefined => {
    const found = extensions.find(([name]) => name === key)?.[1];
    return found?.type === type ? found.value : undefined;
  };
  const main = lookup('ostree.summary.collection-id', 's') as string | undefined;
  const map = (lookup('ostree.summary.collection-map', MAP_TYPE) ?? []) as unknown as readonly (readonly [
    string,
    Refs,
  ])[];
  return [
    ...refs.map((ref) => dumpRef(main, ref)),
    ...map.flatMap(([collection, others]) => others.map((ref) => dumpRef(collection, ref))),
    ...extensions.map(([key, variant]) => `${dumpExtension(key, variant)}\n`),
  ].join('');
}

function dumpRef(collection: string | undefined, [name, [size, checksum, metadata]]: Refs[number]): string {
  const title = collection === undefined ? name : `(${collection}, ${name})`;
  const commit = checksum.length === 32 ? checksumFromBytes(checksum as Buffer) : 'Invalid checksum';
  const lines = metadata.map(([key, variant]) => {
    if (key === 'ostree.commit.timestamp')
      return `    Timestamp (${key}): ${localTime(swap64(variant.value as bigint))}\n`;
    if (key === 'ostree.commit.version') return `    Version (${key}): ${String(variant.value)}\n`;
    return `    ${key}: ${printVariant(variant, false)}\n`;
  });
  return `* ${title}\n    Latest Commit (${formatSize(Number(size))}):\n      ${commit}\n${lines.join('')}\n`;
}

function dumpExtension(key: string, variant: Variant): string {
  const { value } = variant;
  switch (key) {
    case 'ostree.static-deltas':
      return `Static Deltas (${key}): ${printVariant(variant, false)}`;
    case 'ostree.summary.last-modified':
      return `Last-Modified (${key}): ${localTime(swap64(value as bigint))}`;
    case 'ostree.summary.expires':
      return `Expires (${key}): ${localTime(swap64(value as bigint))}`;
    case 'ostree.summary.collection-id':
      return `Collection ID (${key}): ${String(value)}`;
    case 'ostree.summary.collection-map':
      return `Collection Map (${key}): (printed above)`;
    case 'ostree.summary.mode':
      return `Repository Mode (${key}): ${parseMode(String(value)) ? String(value) : `Invalid (‘${String(value)}’)`}`;
    case 'ostree.summary.tombstone-commits':
      return `Has Tombstone Commits (${key}): ${value === true ? 'Yes' : 'No'}`;
    default:
      return `${key}: ${printVariant(variant, false)}`;
  }
}

/** A time with the zone of this machine, whose offset is as short as it can be: `2026-11-23T17:00:00+00`. */
function localTime(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return 'invalid';
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(hours)}${minutes === 0 ? '' : `:${two(minutes)}`}`;
}
