import type { PackageFile } from '../codec/index.ts';
import { rpmError } from '../errors.ts';

const S_IFMT = 0o170000;
const S_IFLNK = 0o120000;
const SAFE = /^[A-Za-z0-9\-._/=:]+$/;
const ACCOUNT = /^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/;

/** Quotes a path for a line of tmpfiles.d(5) where it needs it; `%` begins a specifier there. */
function quotePath(path: string): string {
  const text = path.replaceAll('%', '%%');
  return SAFE.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function checkLine(text: string, path: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break in a name would begin a line of its own
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw rpmError('RPM_PATH_INVALID', `the path ${JSON.stringify(path)} or its target contains a control character`, {
      hint: 'No package that was built with rpmbuild has such a path: do not trust the file.',
      data: { path },
    });
  }
}

/**
 * The line by which systemd-tmpfiles makes a directory or symbolic link of a package's /var or /run on each machine, as rpm-ostree writes
 * it (rust/src/tmpfiles.rs).
 */
export function tmpfilesLine(file: PackageFile): string {
  const path = file.path.startsWith('/var/run/') ? file.path.slice('/var'.length) : file.path;
  checkLine(path, file.path);
  if ((file.mode & S_IFMT) === S_IFLNK) {
    checkLine(file.link, file.path);
    return `L ${quotePath(path)} - - - - ${file.link}`;
  }
  for (const account of [file.user, file.group]) {
    if (!ACCOUNT.test(account)) {
      throw rpmError('RPM_PATH_INVALID', `${file.path} belongs to ${JSON.stringify(account)}, which is no name`, {
        hint: 'Report this to whoever made the package.',
        data: { path: file.path, account },
      });
    }
  }
  const mode = (file.mode & 0o7777).toString(8).padStart(4, '0');
  return `d ${quotePath(path)} ${mode} ${file.user} ${file.group} - -`;
}

/** The line for what a package has in /opt or below /var/lib and a commit keeps in /usr/lib. */
export function movedLine(path: string, target: string): string {
  checkLine(path, path);
  return `L ${quotePath(path)} - - - - ${target}`;
}
