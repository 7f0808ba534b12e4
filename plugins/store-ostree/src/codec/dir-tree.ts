import { Buffer } from 'node:buffer';
import { type Checksum, checksumBytes, checksumFromBytes } from './checksum.ts';
import { invalidPart } from './errors.ts';
import { decode, encode } from './gvariant/index.ts';
import { readPlainDirTree } from './plain-dir-tree.ts';

export interface DirEntry {
  readonly tree: Checksum;
  readonly meta: Checksum;
}

/** One directory: its files by name and its directories by name, each in the order of the names' bytes. */
export interface DirTree {
  readonly files: ReadonlyMap<string, Checksum>;
  readonly dirs: ReadonlyMap<string, DirEntry>;
}

const TYPE = '(a(say)a(sayay))';
const CHECKSUM_BYTES = 32;
/** NAME_MAX of Linux. */
const MAX_NAME = 255;

/** Why a name cannot stand in a directory, or undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'an empty name';
  if (name === '.' || name === '..') return `the name ${JSON.stringify(name)}`;
  if (name.includes('/')) return `the name ${JSON.stringify(name)} with a slash`;
  if (name.includes('\0')) return `the name ${JSON.stringify(name)} with a zero byte`;
  if (!name.isWellFormed()) return `the name ${JSON.stringify(name)} that is not valid text`;
  if (name.length * 3 > MAX_NAME && Buffer.byteLength(name) > MAX_NAME) return `a name of more than ${MAX_NAME} bytes`;
  return undefined;
}

/** The order of names in a directory: that of their UTF-8 bytes, which is not JavaScript's beyond the basic plane. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) return Buffer.compare(Buffer.from(a), Buffer.from(b));
    return x - y;
  }
  return a.length - b.length;
}

export function encodeDirTree(tree: DirTree): Buffer {
  for (const name of tree.files.keys()) checkName(name, tree.dirs.has(name));
  for (const name of tree.dirs.keys()) checkName(name, false);
  const files = [...tree.files].sort(([a], [b]) => compareNames(a, b));
  const dirs = [...tree.dirs].sort(([a], [b]) => compareNames(a, b));
  return encode(TYPE, [
    files.map(([name, file]) => [name, checksumBytes(file)]),
    dirs.map(([name, dir]) => [name, checksumBytes(dir.tree), checksumBytes(dir.meta)]),
  ]);
}

/** Nothing of what it gives is a view into the bytes. */
export function decodeDirTree(bytes: Uint8Array): DirTree {
  return decodePlain(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) ?? decodeAny(bytes);
}

/** Undefined where something is out of the ordinary. */
function decodePlain(bytes: Buffer): DirTree | undefined {
  const files = new Map<string, Checksum>();
  const dirs = new Map<string, DirEntry>();
  let entries = 0;
  const text = (at: number): Checksum => bytes.toString('hex', at, at + CHECKSUM_BYTES);
  const isPlain = readPlainDirTree(
    bytes,
    (name, at) => {
      entries++;
      files.set(name, text(at));
    },
    (name, at) => {
      if (!files.has(name)) entries++;
      dirs.set(name, { tree: text(at), meta: text(at + CHECKSUM_BYTES) });
    },
  );
  return isPlain && entries === files.size + dirs.size ? { files, dirs } : undefined;
}

function decodeAny(bytes: Uint8Array): DirTree {
  const [fileList, dirList] = decode(TYPE, bytes) as readonly [
    readonly (readonly [string, Uint8Array])[],
    readonly (readonly [string, Uint8Array, Uint8Array])[],
  ];
  const files = new Map<string, Checksum>();
  const dirs = new Map<string, DirEntry>();
  for (const [name, file] of fileList) {
    checkName(name, files.has(name));
    files.set(name, checksumFromBytes(file));
  }
  for (const [name, tree, meta] of dirList) {
    checkName(name, files.has(name) || dirs.has(name));
    dirs.set(name, { tree: checksumFromBytes(tree), meta: checksumFromBytes(meta) });
  }
  return { files, dirs };
}

function checkName(name: string, taken: boolean): void {
  const problem = nameProblem(name);
  if (problem) throw invalidPart(`a directory with ${problem}`, { entry: name });
  if (taken) throw invalidPart(`a directory with the name ${JSON.stringify(name)} twice`, { entry: name });
}
