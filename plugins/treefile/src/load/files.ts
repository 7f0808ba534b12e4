import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { type TreefileErrorCode, treefileError } from '../errors.ts';

/** Largest file that becomes part of a Plan, in bytes. */
export const MAX_FILE = 64 * 1024 * 1024;

export interface ReadFile {
  readonly content: Buffer;
  readonly stat: Stats;
}

/** Reads a regular file of at most `limit` bytes. `named` says who wants it, for messages: `treefile.yaml: postprocess-script`. */
export function readInput(path: string, named: string, limit = MAX_FILE): ReadFile {
  const fail = (code: TreefileErrorCode, reason: string, cause?: unknown) =>
    treefileError(code, `${named}: ${path} ${reason}.`, {
      hint: 'Paths in a treefile are relative to the file that names them.',
      data: { path },
      cause,
    });
  let fd: number;
  try {
    // Without O_NONBLOCK the opening of a fifo waits for a writer.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw fail('TREEFILE_UNREADABLE', code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`, error);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw fail('TREEFILE_UNREADABLE', 'is not a regular file');
    if (stat.size > limit) throw fail('TREEFILE_TOO_LARGE', `is larger than ${limit} bytes`);
    return { content: readFileSync(fd), stat };
  } finally {
    closeSync(fd);
  }
}

/** Text of an input file; bytes that are not UTF-8 are an error. */
export function decodeText(content: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(content);
  } catch (error) {
    throw treefileError('TREEFILE_SYNTAX', `${path} is not UTF-8 text.`, { data: { path }, cause: error });
  }
}
