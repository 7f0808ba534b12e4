import { FileFlag, type PackageFile } from '../codec/index.ts';
import type { ImportOptions } from './import-options.ts';
import { isCommitPath, isStatePath, relativePath, translatePath } from './package-path.ts';

/** What becomes of one file of a package. */
export type Disposition =
  /** Goes into the commit. */
  | 'commit'
  /** A directory or symbolic link of /var or /run that systemd-tmpfiles makes on each machine. */
  | 'tmpfiles'
  /** Not wanted in this image: documentation, another language. */
  | 'excluded'
  /** Owned but not packed (%ghost). */
  | 'ghost'
  /** A device node, fifo or socket. */
  | 'special'
  /** What a commit has no place for: files in /var, other directories of the root. */
  | 'outside';

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;

export type FileKind = 'directory' | 'regular' | 'symlink' | 'special';

export function kindOf(mode: number): FileKind {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return 'directory';
    case S_IFREG:
      return 'regular';
    case S_IFLNK:
      return 'symlink';
    default:
      return 'special';
  }
}

/** Whether one of the wanted languages is among the file's (`de|fr`); `de_AT` wants `de` as well, as rpm has it. */
function wantsLanguage(fileLanguages: string, wanted: readonly string[]): boolean {
  return fileLanguages
    .split('|')
    .some((language) => language !== '' && wanted.some((want) => want.startsWith(language)));
}

/** Whether the image leaves a file out that the package marks as documentation or as one language's; licences always stay. */
export function isExcluded(file: PackageFile, options: ImportOptions): boolean {
  if (file.flags & FileFlag.LICENSE) return false;
  if (!options.documentation && file.flags & FileFlag.DOC) return true;
  return options.languages !== null && file.language !== '' && !wantsLanguage(file.language, options.languages);
}

/** Whether a path is one of SELinux' empty lock files, which cause trouble when they are part of an image. */
function isLock(path: string): boolean {
  return path.startsWith('usr/etc/selinux') && path.endsWith('.LOCK');
}

/** Kept by the package manager itself, and moved by the policy store. */
const UNTRANSLATED_STATE = ['var/lib/rpm', 'var/lib/selinux'];

/**
 * Where a file goes and what becomes of it (rpm-ostree, rust/src/importer.rs and src/libpriv/rpmostree-importer.cxx).
 * @throws RpmError RPM_PATH_INVALID.
 */
export function dispose(file: PackageFile, options: ImportOptions): { disposition: Disposition; path: string } {
  const path = translatePath(relativePath(file.path));
  const as = (disposition: Disposition) => ({ disposition, path });
  if (file.flags & FileFlag.GHOST) return as('ghost');
  if (isExcluded(file, options)) return as('excluded');
  const kind = kindOf(file.mode);
  if (isStatePath(path)) {
    const skipped = UNTRANSLATED_STATE.some((prefix) => path.startsWith(prefix));
    return as(skipped || (kind !== 'directory' && kind !== 'symlink') ? 'outside' : 'tmpfiles');
  }
  if (!isCommitPath(path) || isLock(path)) return as('outside');
  return as(kind === 'special' ? 'special' : 'commit');
}
