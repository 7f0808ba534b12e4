/** A failure in the words of the `ostree` command. */
export class VerbError extends Error {
  /** What stands before the error: the help, where the command line itself is wrong. */
  readonly usage: string | undefined;

  constructor(message: string, options: { usage?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'VerbError';
    this.usage = options.usage;
  }
}

/** The error of a command line that lacks something or has too much. */
export function usageError(call: { readonly help: string }, message: string): VerbError {
  return new VerbError(message, { usage: call.help });
}

/** The sentence of strerror(3) for the errors that users meet. */
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
};

/** The line that is printed for an error. Scripts match some of libostree's sentences: those are kept. */
export function errorText(error: unknown): string {
  if (error instanceof VerbError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const data = ('data' in error ? error.data : undefined) as Record<string, unknown> | undefined;
  if (code === 'OSTREE_REPO_MISSING') return `opening repo: opendir(${data?.['path']}): No such file or directory`;
  if (code === 'OSTREE_OBJECT_MISSING' && data?.['object'] !== undefined) {
    return data['type'] === 'file'
      ? `Couldn't find file object '${data['object']}'`
      : `No such metadata object ${data['object']}.${data['type']}`;
  }
  if (code === 'OSTREE_REV_AMBIGUOUS') return `Refspec ${data?.['rev']} not unique`;
  if (code === 'OSTREE_REF_INVALID' && data?.['path'] === undefined) return `Invalid refspec ${data?.['ref']}`;
  const slash = /^OSTREE_(OBJECT|PULL)_CORRUPT$/.test(code)
    ? /the name ("(?:[^"\\]|\\.)*") with a slash/.exec(error.message)
    : null;
  if (slash) {
    const object = code === 'OSTREE_PULL_CORRUPT' ? `${data?.['object']}.${data?.['type']}: ` : '';
    return `${object}Invalid / in filename ${JSON.parse(slash[1]!)}`;
  }
  const actual =
    code === 'OSTREE_OBJECT_CORRUPT' ? /have the checksum ([0-9a-f]{64})/.exec(error.message)?.[1] : undefined;
  if (actual !== undefined) {
    return `Corrupted ${data?.['type']} object; checksum expected='${data?.['object']}' actual='${actual}'`;
  }
  const answer = /^(\S+) answered with status (\d+)/.exec(error.message);
  if (answer) return `While fetching ${answer[1]}: Server returned HTTP ${answer[2]}`;
  const broken = /^(\S+) could not be fetched: (?:aborted|terminated)/.exec(error.message);
  if (broken) return `While fetching ${broken[1]}: [18] Transferred a partial file`;
  const scheme = code === 'OSTREE_REMOTE_INVALID' ? /^"(.*)" is not a URL/.exec(error.message)?.[1] : undefined;
  if (scheme !== undefined) return `Invalid URI scheme in ${scheme}`;
  if (code === 'OSTREE_DELTA_NAME') return `Invalid rev ${/^"(.*)" is not/.exec(error.message)?.[1] ?? error.message}`;
  if (code === 'OSTREE_SOURCE_UNSUPPORTED' && error.message.includes('not valid UTF-8')) {
    return `Invalid UTF-8 in filename ${data?.['path']}`;
  }
  if ('syscall' in error && ERRNO[code] !== undefined) {
    const { syscall, path } = error as NodeJS.ErrnoException;
    return path === undefined ? `${syscall}: ${ERRNO[code]}` : `${syscall}(${path}): ${ERRNO[code]}`;
  }
  return error.message;
}
