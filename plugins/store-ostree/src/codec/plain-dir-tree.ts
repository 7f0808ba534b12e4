import type { Buffer } from 'node:buffer';
import { offsetSize } from './gvariant/value.ts';

const CHECKSUM = 32;
const MAX_NAME = 255;
const SLASH = 0x2f;
const DOT = 0x2e;
const LAST_ASCII = 0x7f;

/** Called for each entry with its name, and where its first checksum is. */
type Entry = (name: string, checksums: number) => void;

/**
 * Goes through the files and the directories of a serialised directory, `(a(say)a(sayay))`, in which nothing is out of the ordinary: in
 * normal form and with names of ASCII only. False where something is: then what was called for says nothing, and the reader of all
 * GVariants has to find out whether it is wrong, and what. Takes a tenth of that one's time.
 */
export function readPlainDirTree(bytes: Buffer, file: Entry, dir: Entry): boolean {
  const width = offsetSize(bytes.length);
  const end = bytes.length - width;
  if (width === 0 || end < width || minimalWidth(end, 1) !== width) return false;
  const files = bytes.readUIntLE(end, width);
  if (files > end) return false;
  return readEntries(bytes, 0, files, 1, file) && readEntries(bytes, files, end, 2, dir);
}

/** An array of entries with a name and so many checksums each. */
function readEntries(bytes: Buffer, start: number, end: number, checksums: 1 | 2, entry: Entry): boolean {
  if (start === end) return true;
  const width = offsetSize(end - start);
  if (width === 0 || end - start < width) return false;
  const table = start + bytes.readUIntLE(end - width, width);
  const count = (end - table) / width;
  if (table >= end || !Number.isInteger(count) || minimalWidth(table - start, count) !== width) return false;
  let at = start;
  for (let offset = table; offset < end; offset += width) {
    const next = start + bytes.readUIntLE(offset, width);
    if (next <= at || next > table || !readEntry(bytes, at, next, checksums, entry)) return false;
    at = next;
  }
  return at === table;
}

/** One entry: the name with a zero byte, the checksums, and where all of these but the last end, the first of them last. */
function readEntry(bytes: Buffer, start: number, end: number, checksums: 1 | 2, entry: Entry): boolean {
  const width = offsetSize(end - start);
  const body = end - width * checksums;
  const nameEnd = body - CHECKSUM * checksums;
  const length = nameEnd - 1 - start;
  if (length < 1 || length > MAX_NAME || minimalWidth(body - start, checksums) !== width) return false;
  if (bytes.readUIntLE(end - width, width) !== nameEnd - start || bytes[nameEnd - 1] !== 0) return false;
  if (checksums === 2 && bytes.readUIntLE(body, width) !== nameEnd + CHECKSUM - start) return false;
  for (let at = start; at < nameEnd - 1; at++) {
    const byte = bytes[at]!;
    if (byte === 0 || byte === SLASH || byte > LAST_ASCII) return false;
  }
  if (bytes[start] === DOT && (length === 1 || (length === 2 && bytes[start + 1] === DOT))) return false;
  entry(bytes.toString('latin1', start, nameEnd - 1), nameEnd);
  return true;
}

/** The width that the offsets of a container must have (GVariant specification, section 3.4). */
function minimalWidth(body: number, count: number): 1 | 2 | 4 {
  if (body + count <= 0xff) return 1;
  return body + 2 * count <= 0xffff ? 2 : 4;
}
