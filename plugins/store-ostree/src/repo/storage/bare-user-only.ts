import { fchmodSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { invalid, invalidPart } from '../../codec/errors.ts';
import type { FileMeta } from '../../codec/file-header.ts';
import { isRegular, isSymlink, S_IFMT } from '../../codec/mode.ts';
import { NO_XATTRS } from '../../codec/xattrs.ts';
import { bareMeta, bareSize, glanceBare } from './bare.ts';
import { borrowing, type FileStorage, type StoredFile, writeBareFile } from './storage.ts';

const PERMISSIONS = 0o775;

/** Mode bare-user-only: files of the invoking user that stand for root's, with plain permissions and without attributes. */
export const bareUserOnlyStorage: FileStorage = {
  glance: glanceBare,
  inspect,
  read(path) {
    const { meta } = inspect(path);
    return { meta, content: isSymlink(meta.mode) ? new Uint8Array() : readFileSync(path) };
  },
  stream: (path) => borrowing(path, inspect(path)),
  write(path, meta, content) {
    const problem = userOnlyProblem(meta);
    if (problem) {
      const text = `${problem}, which a repository of mode bare-user-only cannot hold`;
      const bits = specialBits(meta.mode);
      throw bits === 0 ? invalid(text) : invalidPart(text, { mode: meta.mode, bits });
    }
    if (isSymlink(meta.mode)) symlinkSync(meta.target, path);
    else writeBareFile(path, content, (fd) => fchmodSync(fd, meta.mode & ~S_IFMT));
  },
};

function inspect(path: string): StoredFile {
  const stat = lstatSync(path);
  return { meta: { ...bareMeta(path, stat, NO_XATTRS), uid: 0, gid: 0 }, size: bareSize(stat) };
}

const specialBits = (mode: number): number => (isRegular(mode) ? mode & ~S_IFMT & ~PERMISSIONS : 0);

/** What of a file would be lost in this mode. */
export function userOnlyProblem(meta: FileMeta): string | undefined {
  if (meta.uid !== 0 || meta.gid !== 0) return `a file of owner ${meta.uid}:${meta.gid}`;
  if (meta.xattrs.length > 0) return `a file with the extended attribute ${meta.xattrs[0]![0]}`;
  if (specialBits(meta.mode) !== 0) {
    return `a file with the permissions 0${(meta.mode & ~S_IFMT).toString(8)}`;
  }
  return undefined;
}
