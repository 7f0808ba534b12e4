import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import { constants as osConstants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import type Koffi from 'koffi';

// The calls of Linux that Node has no function for. Nothing else in this plugin declares a prototype.

/** Loaded at the first call: it takes as long as half of Node's own start, and who only reads needs none. */
const load = () => {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  const libc = koffi.load(null);
  return {
    errno: koffi.errno,
    lsetxattr: libc.func(
      'int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)',
    ),
    lgetxattr: libc.func('long lgetxattr(const char *path, const char *name, void *value, size_t size)'),
    llistxattr: libc.func('long llistxattr(const char *path, void *list, size_t size)'),
    lremovexattr: libc.func('int lremovexattr(const char *path, const char *name)'),
    mknod: libc.func('int mknod(const char *path, uint32_t mode, uint64_t dev)'),
    syncfs: libc.func('int syncfs(int fd)'),
    fcntl: libc.func('int fcntl(int fd, int command, ...)'),
    ioctl: libc.func('int ioctl(int fd, unsigned long request, ...)'),
    unshare: libc.func('int unshare(int flags)'),
    mount: libc.func(
      'int mount(const char *source, const char *target, const char *type, unsigned long flags, void *data)',
    ),
  };
};
let loaded: ReturnType<typeof load> | undefined;

function libc(): ReturnType<typeof load> {
  loaded ??= load();
  return loaded;
}

const { ENODATA, ENOTSUP, EAGAIN, EACCES, EINTR } = osConstants.errno;

function failure(syscall: string, path: string | undefined): NodeJS.ErrnoException {
  const number = libc().errno();
  const code = getSystemErrorName(-number);
  const where = path === undefined ? '' : ` '${path}'`;
  return Object.assign(new Error(`${code}: ${syscall}${where}`), {
    errno: -number,
    code,
    syscall,
    ...(path === undefined ? {} : { path }),
  });
}

/** The kernel's limits for the value of one attribute and for the list of names (XATTR_SIZE_MAX, XATTR_LIST_MAX). */
const XATTR_MAX = 65536;
const scratch = Buffer.allocUnsafeSlow(XATTR_MAX);

/** The names of a path's extended attributes, not following a link; none where the file system has no attributes. */
export function llistxattr(path: string): string[] {
  const length = Number(libc().llistxattr(path, scratch, scratch.length));
  if (length < 0) {
    if (libc().errno() === ENOTSUP) return [];
    throw failure('llistxattr', path);
  }
  return length === 0 ? [] : scratch.toString('utf8', 0, length - 1).split('\0');
}

/** The value of an extended attribute, not following a link, or undefined where there is none. */
export function lgetxattr(path: string, name: string): Buffer | undefined {
  const length = Number(libc().lgetxattr(path, name, scratch, scratch.length));
  if (length < 0) {
    const number = libc().errno();
    if (number === ENODATA || number === ENOTSUP) return undefined;
    throw failure('lgetxattr', path);
  }
  return Buffer.from(scratch.subarray(0, length));
}

export function lsetxattr(path: string, name: string, value: Uint8Array): void {
  // An empty typed array has no address that could be passed.
  const bytes = value.length === 0 ? scratch : value;
  if (libc().lsetxattr(path, name, bytes, value.length, 0) !== 0) throw failure('lsetxattr', path);
}

/** Removes an extended attribute; one that is not there is no error. */
export function lremovexattr(path: string, name: string): void {
  if (libc().lremovexattr(path, name) !== 0 && libc().errno() !== ENODATA) throw failure('lremovexattr', path);
}

/** The type of a character device in st_mode (inode(7)). */
export const S_IFCHR = 0o020000;

/** Makes a device or a pipe: type and permissions are in the mode, from which the umask of the process takes some away. */
export function mknod(path: string, mode: number, device: number): void {
  if (libc().mknod(path, mode, device) !== 0) throw failure('mknod', path);
}

/** Writes everything of the file system that holds the open file to its device. */
export function syncfs(fd: number): void {
  if (libc().syncfs(fd) !== 0) throw failure('syncfs', undefined);
}

/** Begins what syncfs does in another thread, and calls `done` when it has ended, well or not. */
export function syncfsInBackground(fd: number, done: () => void): void {
  libc().syncfs.async(fd, done);
}

export type LockKind = 'shared' | 'exclusive' | 'unlocked';

// <fcntl.h>: the lock types, and commands for locks that belong to the open file description rather than to the process.
const LOCK_TYPE: Record<LockKind, number> = { shared: 0, exclusive: 1, unlocked: 2 };
const F_OFD_SETLK = 37;
/** struct flock of 64-bit Linux: two shorts, padding, two 64-bit offsets, a pid, padding. */
const FLOCK_SIZE = 32;

/** Takes or changes a lock on the whole of an open file without waiting. False when somebody else holds it. */
export function tryLock(fd: number, kind: LockKind): boolean {
  const lock = Buffer.alloc(FLOCK_SIZE);
  lock.writeInt16LE(LOCK_TYPE[kind], 0);
  for (;;) {
    if (libc().fcntl(fd, F_OFD_SETLK, 'void *', lock) === 0) return true;
    const number = libc().errno();
    if (number === EAGAIN || number === EACCES) return false;
    if (number !== EINTR) throw failure('fcntl', undefined);
  }
}

// <linux/fs.h>
const FS_IOC_GETFLAGS = 0x80086601;
const FS_IOC_SETFLAGS = 0x40086602;
const FS_IMMUTABLE_FL = 0x10;
const FIFREEZE = 0xc0045877;
const FITHAW = 0xc0045878;
const { EPERM, ENOTTY, EOPNOTSUPP, ENOSYS, EBUSY, EINVAL } = osConstants.errno;

/** Sets or clears the immutable flag of an open file or directory; nothing where the file system has none or the user may not. */
export function changeInodeFlag(fd: number, immutable: boolean): void {
  const flags = Buffer.alloc(8);
  const refused = () => [EPERM, ENOTTY, EOPNOTSUPP, ENOSYS].includes(libc().errno());
  if (libc().ioctl(fd, FS_IOC_GETFLAGS, 'void *', flags) !== 0) {
    if (refused()) return;
    throw failure('ioctl(FS_IOC_GETFLAGS)', undefined);
  }
  const before = flags.readUInt32LE(0);
  const after = immutable ? before | FS_IMMUTABLE_FL : before & ~FS_IMMUTABLE_FL;
  if (after === before) return;
  flags.writeUInt32LE(after, 0);
  if (libc().ioctl(fd, FS_IOC_SETFLAGS, 'void *', flags) !== 0 && !refused()) {
    throw failure('ioctl(FS_IOC_SETFLAGS)', undefined);
  }
}

/** Freezes the file system of an open file, which empties its journal, and thaws it at once; a sync where that may not be done. */
export function freezeFileSystem(fd: number): void {
  if (libc().ioctl(fd, FIFREEZE, 'int', 0) !== 0) {
    if (![EOPNOTSUPP, ENOSYS, EPERM, EBUSY].includes(libc().errno())) throw failure('ioctl(FIFREEZE)', undefined);
    syncfs(fd);
    return;
  }
  if (libc().ioctl(fd, FITHAW, 'int', 0) !== 0 && libc().errno() !== EINVAL) throw failure('ioctl(FITHAW)', undefined);
}

// <linux/sched.h>, <linux/mount.h>
const CLONE_NEWNS = 0x20000;
const MS_REMOUNT = 0x20;
const MS_SILENT = 0x8000;
const MS_RELATIME = 0x200000;

/** Gives the calling thread a mount namespace of its own; threads that run already keep the old one. */
export function leaveMountNamespace(): void {
  if (libc().unshare(CLONE_NEWNS) !== 0) throw failure('unshare', undefined);
}

/** Makes a mount, and the file system below it, writable. */
export function remountWritable(path: string): void {
  if (libc().mount(path, path, null, MS_REMOUNT | MS_SILENT | MS_RELATIME, null) !== 0) throw failure('mount', path);
}
