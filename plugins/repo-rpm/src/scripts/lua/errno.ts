/** Numbers and texts of errors as Linux and the C library have them (errno(3)). */
const ERRORS = {
  EPERM: [1, 'Operation not permitted'],
  ENOENT: [2, 'No such file or directory'],
  ECHILD: [10, 'No child processes'],
  EACCES: [13, 'Permission denied'],
  EEXIST: [17, 'File exists'],
  ENOTDIR: [20, 'Not a directory'],
  EISDIR: [21, 'Is a directory'],
  EINVAL: [22, 'Invalid argument'],
  EFBIG: [27, 'File too large'],
  EROFS: [30, 'Read-only file system'],
  ENOTEMPTY: [39, 'Directory not empty'],
  ELOOP: [40, 'Too many levels of symbolic links'],
} as const;

export type ErrnoName = keyof typeof ERRORS;

/** A call that failed as a system call would. */
export class Errno extends Error {
  readonly number: number;

  constructor(name: ErrnoName) {
    const [number, text] = ERRORS[name];
    super(text);
    this.number = number;
  }
}
