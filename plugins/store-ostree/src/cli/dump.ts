import type { Checksum } from '../codec/checksum.ts';
import { sha256 } from '../codec/checksum.ts';
import { contentChecksumInput, decodeCommit } from '../codec/commit.ts';
import { decode } from '../codec/gvariant/index.ts';
import { byteswap } from '../codec/gvariant-text/byteswap.ts';
import { printValue } from '../codec/gvariant-text/print.ts';
import type { ObjectType } from '../repo/object-path.ts';
import { VerbError } from './error.ts';

export type MetadataType = Exclude<ObjectType, 'file' | 'commitmeta'>;

const TYPES: Readonly<Record<MetadataType, string>> = {
  commit: '(a{sv}aya(say)sstayay)',
  dirtree: '(a(say)a(sayay))',
  dirmeta: '(uuua(ayay))',
};

/** How an object is shown: for people, as its value with big-endian numbers put right, or with numbers as they are. */
export interface DumpOptions {
  readonly raw: boolean;
  readonly unswapped: boolean;
}

/** The text that `show` and `log` print of a metadata object. */
export function dumpObject(type: MetadataType, id: Checksum, bytes: Uint8Array, options: DumpOptions): string {
  const head = `${type} ${id}\n`;
  if (options.unswapped) {
    const text = `${printValue(TYPES[type], decode(TYPES[type], bytes))}\n`;
    return head + text + (type === 'commit' ? dumpCommit(bytes) : '');
  }
  if (options.raw) return `${head}${printValue(TYPES[type], byteswap(TYPES[type], decode(TYPES[type], bytes)))}\n`;
  return head + (type === 'commit' ? dumpCommit(bytes) : '');
}

function dumpCommit(bytes: Uint8Array): string {
  const { parent, subject, body, timestamp, tree, meta, metadata } = decodeCommit(bytes);
  const version = metadata.get('version');
  const lines = [
    ...(parent === undefined ? [] : [`Parent:  ${parent}`]),
    `ContentChecksum:  ${sha256(contentChecksumInput({ tree, meta }))}`,
    `Date:  ${utcTime(timestamp)}`,
    ...(version?.type === 's' ? [`Version: ${String(version.value)}`] : []),
  ];
  const title = subject === '' ? '(no subject)\n' : `\n${indented(subject)}`;
  return `${lines.join('\n')}\n${title}${body === '' ? '' : `\n${indented(body)}`}\n`;
}

/** The last second of the year 9999: GDateTime knows none beyond. */
const LAST_SECOND = 253402300799n;

function utcTime(timestamp: bigint): string {
  if (timestamp > LAST_SECOND) throw new VerbError(`Failed to read commit: Invalid timestamp: ${timestamp}`);
  return `${new Date(Number(timestamp) * 1000).toISOString().slice(0, 19).replace('T', ' ')} +0000`;
}

function indented(text: string): string {
  const lines = text.endsWith('\n') ? text.slice(0, -1) : text;
  return `${lines
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')}\n`;
}
