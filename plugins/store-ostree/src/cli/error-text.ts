import { basename } from 'node:path';
import { isHostError } from '@ostrata/contract';
import { CodecError } from '../codec/errors.ts';
import { VerbError } from './error.ts';

/** The sentences of strerror(3) for the errors that users meet. */
const ERRNO: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EEXIST: 'File exists',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  ENOTEMPTY: 'Directory not empty',
  ELOOP: 'Too many levels of symbolic links',
  EXDEV: 'Invalid cross-device link',
  EMLINK: 'Too many links',
  ENOTSUP: 'Operation not supported',
  EOPNOTSUPP: 'Operation not supported',
};

/** What a connection is said to have ended with when the server went away in the middle of a file. */
const BROKEN_OFF = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_ABORTED', 'UND_ERR_SOCKET'];

type Data = Readonly<Record<string, unknown>>;

/** libostree's sentences for errors, by their codes; undefined where the error's own one does. Scripts match some of them. */
const SENTENCES: Readonly<Record<string, (data: Data, error: Error) => string | undefined>> = {
  OSTREE_REPO_MISSING: ({ path }) => `opening repo: opendir(${path}): No such file or directory`,
  OSTREE_REPO_INVALID: ({ key, value }) => (key === undefined ? undefined : `Invalid ${key} '${value}'`),
  OSTREE_OBJECT_MISSING({ object, type }) {
    if (object === undefined) return undefined;
    return type === 'file' ? `Couldn't find file object '${object}'` : `No such metadata object ${object}.${type}`;
  },
  OSTREE_OBJECT_CORRUPT: (data, error) => badEntry(error) ?? mismatch(data),
  OSTREE_OBJECT_INVALID: badMode,
  OSTREE_PULL_CORRUPT({ object, type }, error) {
    const problem = badEntry(error);
    return problem === undefined ? undefined : `${object}.${type}: ${problem}`;
  },
  OSTREE_REV_AMBIGUOUS: ({ rev }) => `Refspec ${rev} not unique`,
  OSTREE_REF_INVALID({ path, ref, reason }) {
    if (reason === 'name') return `Invalid ref name ${ref}`;
    return path === undefined ? `Invalid refspec ${ref}` : undefined;
  },
  OSTREE_REMOTE_UNKNOWN: ({ remote }) => `Remote "${remote}" not found`,
  OSTREE_REMOTE_EXISTS: ({ remote, file }) =>
    `Remote configuration for "${remote}" already exists: ${file ?? '(in config)'}`,
  OSTREE_REMOTE_INVALID({ url, remote, reason }) {
    if (reason === 'name') return `Invalid remote name ${remote}`;
    return reason === 'scheme' ? `Invalid URI scheme in ${url}` : undefined;
  },
  OSTREE_DELTA_NAME: ({ delta }) => `Invalid rev ${delta}`,
  OSTREE_SOURCE_UNSUPPORTED: ({ path, reason }) =>
    reason === 'encoding' ? `Invalid UTF-8 in filename ${path}` : undefined,
  OSTREE_CHECKOUT_EXISTS: checkoutExists,
  OSTREE_CHECKOUT_LINK: checkoutLink,
  OSTREE_CHECKOUT_WHITEOUT: ({ kind }) =>
    kind === 'overlayfs' ? "Invalid empty overlayfs whiteout ''" : "Invalid empty whiteout ''",
  GPG_KEY_UNREADABLE: ({ path }, { cause }) => {
    const errno = ERRNO[String((cause as NodeJS.ErrnoException | undefined)?.code)];
    return errno === undefined ? undefined : `GPG: opendir(${path}): ${errno}`;
  },
  TRANSPORT_HTTP_STATUS: ({ url, status }) => `While fetching ${url}: Server returned HTTP ${status}`,
  TRANSPORT_TOO_LARGE: ({ url, maxSize }) => `While fetching ${url}: exceeded maximum size of ${maxSize} bytes`,
  TRANSPORT_CONNECTION: ({ url, code }) =>
    BROKEN_OFF.includes(String(code)) ? `While fetching ${url}: [18] Transferred a partial file` : undefined,
};

/** The line that is printed for an error. */
export function errorText(error: unknown): string {
  if (error instanceof VerbError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (isHostError(error) && error.code === 'TRANSPORT_FAILED' && error.problems.length === 1) {
    return errorText(error.problems[0]);
  }
  const code = 'code' in error ? String(error.code) : '';
  const data = (('data' in error ? error.data : undefined) ?? {}) as Data;
  const sentence = Object.hasOwn(SENTENCES, code) ? SENTENCES[code]!(data, error) : undefined;
  if (sentence !== undefined) return sentence;
  if ('syscall' in error && ERRNO[code] !== undefined) {
    const { syscall, path } = error as NodeJS.ErrnoException;
    return path === undefined ? `${syscall}: ${ERRNO[code]}` : `${syscall}(${path}): ${ERRNO[code]}`;
  }
  return error.message;
}

/** What is wrong with a name of a directory, where that is why an object is not valid. */
function badEntry({ cause }: Error): string | undefined {
  const entry = cause instanceof CodecError ? cause.fault.entry : undefined;
  if (entry === undefined) return undefined;
  if (entry === '') return 'Invalid empty filename';
  if (entry === '.' || entry === '..') return `Invalid self-referential filename ${entry}`;
  return entry.includes('/') ? `Invalid / in filename ${entry}` : undefined;
}

/** A file with permissions that a repository of mode bare-user-only cannot hold. */
function badMode({ object = '' }: Data, { cause }: Error): string | undefined {
  const { mode, bits } = cause instanceof CodecError ? cause.fault : {};
  if (mode === undefined || bits === undefined) return undefined;
  const octal = (value: number) => `0${value.toString(8).padStart(4, '0')}`;
  return `Content object ${object}: invalid mode ${octal(mode)} with bits ${octal(bits)}`;
}

function mismatch({ type, object, actual }: Data): string | undefined {
  if (actual === undefined) return undefined;
  return `Corrupted ${type} object; checksum expected='${object}' actual='${actual}'`;
}

const loosePath = (object: unknown): string => `${String(object).slice(0, 2)}/${String(object).slice(2)}.file`;

function checkoutExists({ path, step, object }: Data): string {
  const name = basename(String(path));
  switch (step) {
    case 'mkdir':
      return 'mkdirat: File exists';
    case 'open':
      return `opendir(${name}): Not a directory`;
    case 'link':
      return `Hardlinking ${loosePath(object)} to ${name}: File exists`;
    case 'replace':
      return 'renameat: Is a directory';
    default:
      return `Copy checkout of ${object} to ${name}: ${step === 'symlink' ? 'symlinkat' : 'linkat'}: File exists`;
  }
}

function checkoutLink({ path, reason, source, destination, object, errno }: Data): string {
  switch (reason) {
    case 'user-repository':
      return 'User repository mode requires user checkout mode to hardlink';
    case 'user-checkout':
      return 'Bare repository mode cannot hardlink in user checkout mode';
    case 'device':
      return `Unable to do hardlink checkout across devices (src=${source} destination=${destination})`;
    default:
      return `Hardlinking ${loosePath(object)} to ${basename(String(path))}: ${ERRNO[String(errno)] ?? errno}`;
  }
}
