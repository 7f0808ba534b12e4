import { closeSync, futimesSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import type { FileMeta } from '../../codec/file-header.ts';
import type { Content } from '../content.ts';

/** What a file object says without its content. */
export interface StoredFile {
  readonly meta: FileMeta;
  /** Bytes of content, 0 for a symbolic link. */
  readonly size: number;
}

/** How long content is wanted: `borrow` is until the next file is read by this thread, and spares the memory of each file. */
export type ContentUse = 'keep' | 'borrow';

/** How one repository mode keeps file objects on disk. Errors are those of the system calls or CodecErrors. */
export interface FileStorage {
  /** Reads no content. */
  inspect(path: string): StoredFile;
  read(path: string, use?: ContentUse): { readonly meta: FileMeta; readonly content: Uint8Array };
  /** Makes a complete object at a path where nothing is. */
  write(path: string, meta: FileMeta, content: Content): void;
}

/** Modification time of the files in bare repositories: 0, so that hard links look alike everywhere (OSTREE_TIMESTAMP). */
const OBJECT_MTIME = 0;

/** Longer files get memory of their own. */
const BORROWED_MAX = 1024 * 1024;
let borrowed: Buffer | undefined;

/** All of a file that is `size` bytes long. */
export function readContent(path: string, size: number, use: ContentUse = 'keep'): Buffer {
  if (use === 'keep' || size >= BORROWED_MAX) return readFileSync(path);
  borrowed ??= Buffer.allocUnsafeSlow(BORROWED_MAX);
  const fd = openSync(path, 'r');
  try {
    let length = 0;
    while (length < size) {
      const read = readSync(fd, borrowed, length, size - length, null);
      if (read === 0) break;
      length += read;
    }
    return borrowed.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** Makes a file with the content; `finish` sets its owner and mode before it is closed. */
export function writeBareFile(path: string, content: Content, finish: (fd: number) => void): void {
  const fd = openSync(path, 'wx', 0o600);
  try {
    for (const chunk of content.chunks()) writeAll(fd, chunk);
    finish(fd);
    futimesSync(fd, Date.now() / 1000, OBJECT_MTIME);
  } finally {
    closeSync(fd);
  }
}
