import { rpmError } from '../errors.ts';

const MAX_COMPONENT = 255;
const MAX_PATH = 4095;

/** Directories of the root that are links into /usr in every tree. */
const MERGED = new Set(['bin', 'sbin', 'lib', 'lib64']);

/**
 * A package's path relative to the root, `''` for the root itself.
 * @throws RpmError RPM_PATH_INVALID unless it is absolute and made of proper names only.
 */
export function relativePath(path: string): string {
  const invalid = (why: string) =>
    rpmError('RPM_PATH_INVALID', `the path ${JSON.stringify(path)} ${why}`, {
      hint: 'No package that was built with rpmbuild has such a path: do not trust the file.',
      data: { path },
    });
  if (!path.startsWith('/')) throw invalid('is not absolute');
  if (path === '/') return '';
  if (Buffer.byteLength(path) > MAX_PATH) throw invalid(`is longer than ${MAX_PATH} bytes`);
  if (path.includes('\0')) throw invalid('contains a NUL');
  const relative = path.slice(1);
  for (const part of relative.split('/')) {
    if (part === '' || part === '.' || part === '..') throw invalid('has an empty, `.` or `..` part');
    if (Buffer.byteLength(part) > MAX_COMPONENT) throw invalid(`has a part longer than ${MAX_COMPONENT} bytes`);
  }
  return relative;
}

function mergedUsr(path: string): string {
  const slash = path.indexOf('/');
  return slash > 0 && MERGED.has(path.slice(0, slash)) ? `usr/${path}` : path;
}

/** Whether a path is one of the root's links into /usr. */
export function isMergedRoot(path: string): boolean {
  return MERGED.has(path);
}

const MOVED: readonly (readonly [from: string, to: string])[] = [
  ['etc', 'usr/etc'],
  ['opt', 'usr/lib/opt'],
];

const MOVED_CONTENTS: readonly (readonly [from: string, to: string])[] = [
  ['boot/', 'usr/lib/ostree-boot/'],
  ['var/lib/selinux/targeted/', 'usr/etc/selinux/targeted/'],
];

const STATE_IN_USR = ['var/lib/alternatives', 'var/lib/vagrant'];

/**
 * Where a package's path goes in a commit (rpm-ostree, rust/src/utils.rs, and the merged /usr that it finds at checkout). Paths that
 * stay outside of /usr afterwards are not part of a commit.
 * @param path relative to the root.
 */
export function translatePath(path: string): string {
  for (const [from, to] of MOVED) {
    if (path === from || path.startsWith(`${from}/`)) return to + path.slice(from.length);
  }
  for (const [from, to] of MOVED_CONTENTS) {
    if (path.startsWith(from)) return to + path.slice(from.length);
  }
  if (STATE_IN_USR.some((state) => path.startsWith(state))) return `usr/${path.slice('var/'.length)}`;
  return mergedUsr(path);
}

/** Whether a translated path may be in a commit; everything else is left out. */
export function isCommitPath(path: string): boolean {
  return path === 'usr' || path.startsWith('usr/') || MERGED.has(path);
}

/** Whether a translated path is state, which systemd-tmpfiles makes on each machine. */
export function isStatePath(path: string): boolean {
  return path.startsWith('var/') || path.startsWith('run/');
}
