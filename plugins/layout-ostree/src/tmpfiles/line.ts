import type { TreeEntry } from '@ostrata/contract';

/** A path as a field of tmpfiles.d(5): C escapes for what would end the field, `%%` for a percent sign. */
export function escapeField(path: string): string {
  return path.replace(/[\\"' %\p{Cc}]/gu, (char) => {
    if (char === '%') return '%%';
    return char === '\\' ? '\\\\' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** Names of the owners, where the image has them. */
export interface Owners {
  user(uid: number): string;
  group(gid: number): string;
}

/**
 * The tmpfiles.d line that makes a directory or symbolic link of /var (rpm-ostree, rust/src/tmpfiles.rs, translate_to_tmpfiles_d).
 * systemd complains about /var/run, which is /run.
 */
export function tmpfilesLine(path: string, entry: TreeEntry, owners: Owners): string {
  const where = escapeField(`/${path}`.replace(/^\/var\/run\//, '/run/'));
  if (entry.type === 'symlink') return `L ${where} - - - - ${entry.target.replaceAll('%', '%%')}`;
  const mode = (entry.mode & 0o7777).toString(8).padStart(4, '0');
  const type = entry.type === 'directory' ? 'd' : 'f';
  return `${type} ${where} ${mode} ${owners.user(entry.uid)} ${owners.group(entry.gid)} - -`;
}

/** Lines of a tmpfiles.d file by the path they are about, comments and blank lines left out. */
export function linesByPath(text: string): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [type, path] = line.trim().split(/\s+/);
    if (type === undefined || path === undefined || type.startsWith('#')) continue;
    lines.set(path, line);
  }
  return lines;
}
