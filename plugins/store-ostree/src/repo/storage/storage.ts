import { closeSync, futimesSync, openSync, writeSync } from 'node:fs';
import type { FileMeta } from '../../codec/file-header.ts';
import { isSymlink } from '../../codec/mode.ts';
import { borrowedContent, type Content, NO_CONTENT } from '../content.ts';

/** What a file object says without its content. */
export interface StoredFile {
  readonly meta: FileMeta;
  /** Bytes of content, 0 for a symbolic link. */
  readonly size: number;
}

/** How one repository mode keeps file objects on disk. Errors are those of the system calls or CodecErrors. */
export interface FileStorage {
  /** The mode of the file that is stored, with its type, and the bytes of its content (0 for a link), at the least cost. */
  glance(path: string): { readonly mode: number; readonly size: number };
  /** Reads no content. */
  inspect(path: string): StoredFile;
  read(path: string): { readonly meta: FileMeta; readonly content: Uint8Array };
  /** As `read`, without memory for each file: the parts of the content are valid until this thread takes the next part of any file. */
  stream(path: string): { readonly meta: FileMeta; readonly content: Content };
  /** Makes a complete object at a path where nothing is. */
  write(path: string, meta: FileMeta, content: Content): void;
}

/** The file at a path whose content stands there as it is. */
export const borrowing = (path: string, { meta, size }: StoredFile) => ({
  meta,
  content: isSymlink(meta.mode) ? NO_CONTENT : borrowedContent(path, size),
});

/** Modification time of the files in bare repositories: 0, so that hard links look alike everywhere (OSTREE_TIMESTAMP). */
const OBJECT_MTIME = 0;

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
