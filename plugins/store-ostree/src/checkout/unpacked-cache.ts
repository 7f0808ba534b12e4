import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import type { FileMeta } from '../codec/file-header.ts';
import type { Repository } from '../repo/repository.ts';

/** Where the unpacked form of a file of an archive is, once it was made. */
export const unpackedPath = (repo: Repository, id: Checksum): string =>
  `${repo.path}/uncompressed-objects-cache/${id.slice(0, 2)}/${id.slice(2)}.file`;

interface PlainFile {
  readonly meta: FileMeta;
  readonly content: Uint8Array;
}

/** Unpacks a file of an archive into the directory that libostree uses for that, and gives its path there. */
export function unpack(repo: Repository, id: Checksum, { meta, content }: PlainFile): string {
  const target = unpackedPath(repo, id);
  const directory = target.slice(0, target.lastIndexOf('/'));
  mkdirSync(directory, { recursive: true, mode: 0o775 });
  const temporary = `${directory}/.${randomBytes(6).toString('hex')}`;
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(fd, content);
    fchmodSync(fd, meta.mode & 0o1777);
    // Checkouts to come trust what is there.
    if (repo.config.fsync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, target);
  return target;
}
