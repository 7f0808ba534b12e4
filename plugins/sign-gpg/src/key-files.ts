import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gpgError } from './errors.ts';

/** The largest keyrings of distributions have less than 10 MB. */
const LARGEST = 128 * 1024 * 1024;

/** Not keyrings, whatever their suffix says: the trust database and old secret keys. */
const NO_KEYRINGS = new Set(['trustdb.gpg', 'secring.gpg']);

export interface KeyBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The file, or all plain files in the directory. Throws `GPG_KEY_UNREADABLE`. */
export function readKeyFiles(path: string): KeyBytes[] {
  const stat = reading(path, () => statSync(path));
  return stat.isDirectory() ? readFiles(path, () => true) : [readFile(path)];
}

/** The keyrings in a directory, as libostree takes them: `*.gpg`; and a keybox. None when there is no such directory. */
export function readKeyrings(directory: string): KeyBytes[] {
  if (reading(directory, () => statSync(directory, { throwIfNoEntry: false })) === undefined) return [];
  return readFiles(directory, (name) => /\.(gpg|kbx)$/.test(name) && !NO_KEYRINGS.has(name));
}

function readFiles(directory: string, isWanted: (name: string) => boolean): KeyBytes[] {
  const entries = reading(directory, () => readdirSync(directory).filter(isWanted).sort());
  return entries
    .map((name) => join(directory, name))
    .filter((path) => reading(path, () => statSync(path)).isFile())
    .map(readFile);
}

function readFile(path: string): KeyBytes {
  return reading(path, () => {
    const stat = statSync(path);
    if (stat.isFile() && stat.size <= LARGEST) return { name: path, bytes: readFileSync(path) };
    throw new Error(stat.isFile() ? `it has ${stat.size} bytes` : 'it is no plain file');
  });
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const what = absent ? `There are no OpenPGP keys at ${path}.` : `The OpenPGP keys in ${path} cannot be read.`;
    const hint = 'Check the path, and who may read it.';
    throw gpgError('GPG_KEY_UNREADABLE', what, { hint, data: { path }, cause });
  }
}
