import { fchmodSync, lstatSync, readFileSync } from 'node:fs';
import { decodeOwnership, encodeOwnership } from '../../codec/dir-meta.ts';
import { invalid } from '../../codec/errors.ts';
import { checkFileMeta, type FileMeta } from '../../codec/file-header.ts';
import { isSymlink, S_IFMT } from '../../codec/mode.ts';
import { canonicalXattrs } from '../../codec/xattrs.ts';
import { lgetxattr, lsetxattr } from '../../syscalls.ts';
import { bytesContent } from '../content.ts';
import { borrowing, type FileStorage, writeBareFile } from './storage.ts';

/** The attribute in which this mode keeps owner, mode and extended attributes of a file. */
export const OSTREEMETA = 'user.ostreemeta';

/**
 * Mode bare-user: files of the invoking user, what they really are in an attribute. A symbolic link is a file with its target as
 * content, zero-terminated, since links cannot carry attributes of users.
 */
export const bareUserStorage: FileStorage = {
  glance(path) {
    const attribute = lgetxattr(path, OSTREEMETA);
    // Owner, group and mode are the first three numbers. What is not there or too short is explained by readMeta.
    const mode = attribute && attribute.length >= 12 ? attribute.readUInt32BE(8) : readMeta(path).mode;
    return { mode, size: isSymlink(mode) ? 0 : lstatSync(path).size };
  },
  inspect(path) {
    const meta = readMeta(path);
    return { meta, size: isSymlink(meta.mode) ? 0 : lstatSync(path).size };
  },
  read(path) {
    const meta = readMeta(path);
    return { meta, content: isSymlink(meta.mode) ? new Uint8Array() : readFileSync(path) };
  },
  stream: (path) => borrowing(path, bareUserStorage.inspect(path)),
  write(path, meta, content) {
    const link = isSymlink(meta.mode);
    writeBareFile(path, link ? bytesContent(Buffer.from(`${meta.target}\0`)) : content, (fd) => {
      lsetxattr(path, OSTREEMETA, encodeOwnership(meta));
      fchmodSync(fd, link ? 0o644 : userMode(meta.mode));
    });
  },
};

/** The permissions a file gets on disk: without setuid and writing by others, and always readable by its owner. */
export const userMode = (mode: number): number => (mode & ~S_IFMT & 0o775) | 0o400;

function readMeta(path: string): FileMeta {
  const attribute = lgetxattr(path, OSTREEMETA);
  if (!attribute) {
    if (!lstatSync(path).isFile()) throw invalid('a file object that is no regular file');
    throw invalid(`a file object without the attribute ${OSTREEMETA}`);
  }
  const { uid, gid, mode, xattrs } = decodeOwnership(attribute);
  const target = isSymlink(mode) ? readFileSync(path, 'utf8').replace(/\0$/, '') : '';
  // Repositories of older libostree have unsorted attributes here and sorted ones in the checksum.
  const meta = { uid, gid, mode, target, xattrs: canonicalXattrs(xattrs) };
  checkFileMeta(meta);
  return meta;
}
