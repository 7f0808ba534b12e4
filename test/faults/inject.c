/*
 * A library for LD_PRELOAD that counts the calls by which a program changes files below some directories, and lets one of them go wrong:
 * the program is killed in its place, it fails once, or the disk is full from then on.
 *
 *   FAULT_ROOTS    directories, divided by colons
 *   FAULT_COUNTER  a file of 8 bytes, mapped by all processes and threads, that holds the number of calls so far
 *   FAULT_LOG      a file to which `NUMBER OPERATION PATH` is appended for each call (optional)
 *   FAULT_AT       number of the call, from 1; 0 only counts
 *   FAULT_MODE     kill (the whole process group), error (FAULT_ERRNO, once) or full (ENOSPC from there on for all that needs room)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum needs { NO_ROOM, ROOM };

static uint64_t *counter;
static uint64_t at;
static int number_of_error = EIO, kills, is_full, log_fd = -1;
static const char *roots;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("FAULT_COUNTER"), *mode = getenv("FAULT_MODE"), *log = getenv("FAULT_LOG");
  roots = getenv("FAULT_ROOTS");
  if (path == NULL || roots == NULL) return;
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (fd < 0) abort();
  void *map = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) abort();
  close(fd);
  if (log != NULL) {
    int low = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    /* Not where the program expects its own descriptors. */
    log_fd = fcntl(low, F_DUPFD_CLOEXEC, 700);
    close(low);
  }
  if (getenv("FAULT_AT")) at = strtoull(getenv("FAULT_AT"), NULL, 10);
  if (getenv("FAULT_ERRNO")) number_of_error = atoi(getenv("FAULT_ERRNO"));
  kills = mode != NULL && strcmp(mode, "kill") == 0;
  is_full = mode != NULL && strcmp(mode, "full") == 0;
  counter = map;
}

static int is_below(const char *path) {
  for (const char *root = roots; *root != '\0';) {
    size_t length = strcspn(root, ":");
    if (strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == '\0')) return 1;
    root += length + (root[length] == ':');
  }
  return 0;
}

/* 0 to go on, or the error that the call has to fail with. */
static int hit(const char *operation, const char *path, enum needs needs) {
  if (!is_below(path)) return 0;
  uint64_t number = __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
  if (log_fd >= 0) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%llu %s %s\n", (unsigned long long)number, operation, path);
    if (length > 0) syscall(SYS_write, log_fd, line, (size_t)length);
  }
  if (at == 0 || number < at) return 0;
  if (is_full) return needs == ROOM ? ENOSPC : 0;
  if (number != at) return 0;
  if (kills) {
    kill(0, SIGKILL);
    for (;;) pause();
  }
  return number_of_error;
}

static int hit_fd(const char *operation, int fd, enum needs needs) {
  if (counter == NULL) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/') return 0;
  path[length] = '\0';
  return hit(operation, path, needs);
}

static int hit_at(const char *operation, int directory, const char *path, enum needs needs) {
  if (counter == NULL || path == NULL) return 0;
  if (path[0] == '/') return hit(operation, path, needs);
  char link[64], base[PATH_MAX], whole[PATH_MAX * 2];
  if (directory == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
  else snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
  ssize_t length = readlink(link, base, sizeof base - 1);
  if (length <= 0) return 0;
  base[length] = '\0';
  snprintf(whole, sizeof whole, "%s/%s", base, path);
  return hit(operation, whole, needs);
}

#define NEXT(name)                                                                                                     \
  static __typeof__(name) *next;                                                                                       \
  if (next == NULL) next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define FAIL_IF(condition)                                                                                             \
  do {                                                                                                                 \
    int error = condition;                                                                                             \
    if (error != 0) {                                                                                                  \
      errno = error;                                                                                                   \
      return -1;                                                                                                       \
    }                                                                                                                  \
  } while (0)

#define ON_FD(type, name, label, needs, parameters, arguments)                                                         \
  type name parameters {                                                                                               \
    NEXT(name);                                                                                                        \
    FAIL_IF(hit_fd(label, fd, needs));                                                                                 \
    return next arguments;                                                                                             \
  }
#define ON_PATH(type, name, label, needs, directory, path, parameters, arguments)                                      \
  type name parameters {                                                                                               \
    NEXT(name);                                                                                                        \
    FAIL_IF(hit_at(label, directory, path, needs));                                                                    \
    return next arguments;                                                                                             \
  }

ON_FD(ssize_t, write, "write", ROOM, (int fd, const void *data, size_t size), (fd, data, size))
ON_FD(ssize_t, pwrite, "write", ROOM, (int fd, const void *data, size_t size, off_t to), (fd, data, size, to))
ON_FD(ssize_t, pwrite64, "write", ROOM, (int fd, const void *data, size_t size, off64_t to), (fd, data, size, to))
ON_FD(ssize_t, writev, "write", ROOM, (int fd, const struct iovec *data, int count), (fd, data, count))
ON_FD(ssize_t, pwritev, "write", ROOM, (int fd, const struct iovec *data, int count, off_t to), (fd, data, count, to))
ON_FD(ssize_t, pwritev64, "write", ROOM, (int fd, const struct iovec *data, int count, off64_t to),
      (fd, data, count, to))
ON_FD(int, ftruncate, "ftruncate", ROOM, (int fd, off_t length), (fd, length))
ON_FD(int, ftruncate64, "ftruncate", ROOM, (int fd, off64_t length), (fd, length))
ON_FD(int, fallocate, "fallocate", ROOM, (int fd, int mode, off_t from, off_t length), (fd, mode, from, length))
ON_FD(int, fallocate64, "fallocate", ROOM, (int fd, int mode, off64_t from, off64_t length), (fd, mode, from, length))
ON_FD(int, fsync, "fsync", ROOM, (int fd), (fd))
ON_FD(int, fdatasync, "fdatasync", ROOM, (int fd), (fd))
ON_FD(int, syncfs, "syncfs", ROOM, (int fd), (fd))
ON_FD(int, fchmod, "chmod", NO_ROOM, (int fd, mode_t mode), (fd, mode))
ON_FD(int, fchown, "chown", NO_ROOM, (int fd, uid_t user, gid_t group), (fd, user, group))
ON_FD(int, futimens, "utimes", NO_ROOM, (int fd, const struct timespec times[2]), (fd, times))
ON_FD(int, fsetxattr, "setxattr", ROOM, (int fd, const char *name, const void *value, size_t size, int flags),
      (fd, name, value, size, flags))
ON_FD(int, fremovexattr, "removexattr", NO_ROOM, (int fd, const char *name), (fd, name))

/* Prototypes that the headers above do not have. */
ssize_t sendfile(int, int, off_t *, size_t);
ssize_t sendfile64(int, int, off64_t *, size_t);
int setxattr(const char *, const char *, const void *, size_t, int);
int lsetxattr(const char *, const char *, const void *, size_t, int);
int removexattr(const char *, const char *);
int lremovexattr(const char *, const char *);
int fsetxattr(int, const char *, const void *, size_t, int);
int fremovexattr(int, const char *);
int ioctl(int, unsigned long, ...);

ON_FD(ssize_t, sendfile, "write", ROOM, (int fd, int from, off_t *offset, size_t size), (fd, from, offset, size))
ON_FD(ssize_t, sendfile64, "write", ROOM, (int fd, int from, off64_t *offset, size_t size), (fd, from, offset, size))
ON_FD(ssize_t, copy_file_range, "write", ROOM,
      (int from, off64_t *in, int fd, off64_t *out, size_t size, unsigned int flags), (from, in, fd, out, size, flags))

ON_PATH(int, rename, "rename", ROOM, AT_FDCWD, to, (const char *from, const char *to), (from, to))
ON_PATH(int, renameat, "rename", ROOM, toDirectory, to,
        (int fromDirectory, const char *from, int toDirectory, const char *to), (fromDirectory, from, toDirectory, to))
ON_PATH(int, renameat2, "rename", ROOM, toDirectory, to,
        (int fromDirectory, const char *from, int toDirectory, const char *to, unsigned int flags),
        (fromDirectory, from, toDirectory, to, flags))
ON_PATH(int, link, "link", ROOM, AT_FDCWD, to, (const char *from, const char *to), (from, to))
ON_PATH(int, linkat, "link", ROOM, toDirectory, to,
        (int fromDirectory, const char *from, int toDirectory, const char *to, int flags),
        (fromDirectory, from, toDirectory, to, flags))
ON_PATH(int, symlink, "symlink", ROOM, AT_FDCWD, path, (const char *target, const char *path), (target, path))
ON_PATH(int, symlinkat, "symlink", ROOM, directory, path, (const char *target, int directory, const char *path),
        (target, directory, path))
ON_PATH(int, unlink, "unlink", NO_ROOM, AT_FDCWD, path, (const char *path), (path))
ON_PATH(int, unlinkat, "unlink", NO_ROOM, directory, path, (int directory, const char *path, int flags),
        (directory, path, flags))
ON_PATH(int, rmdir, "rmdir", NO_ROOM, AT_FDCWD, path, (const char *path), (path))
ON_PATH(int, remove, "unlink", NO_ROOM, AT_FDCWD, path, (const char *path), (path))
ON_PATH(int, mkdir, "mkdir", ROOM, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(int, mkdirat, "mkdir", ROOM, directory, path, (int directory, const char *path, mode_t mode),
        (directory, path, mode))
ON_PATH(int, mknod, "mknod", ROOM, AT_FDCWD, path, (const char *path, mode_t mode, dev_t device), (path, mode, device))
ON_PATH(int, mknodat, "mknod", ROOM, directory, path, (int directory, const char *path, mode_t mode, dev_t device),
        (directory, path, mode, device))
ON_PATH(int, truncate, "ftruncate", ROOM, AT_FDCWD, path, (const char *path, off_t length), (path, length))
ON_PATH(int, truncate64, "ftruncate", ROOM, AT_FDCWD, path, (const char *path, off64_t length), (path, length))
ON_PATH(int, chmod, "chmod", NO_ROOM, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(int, fchmodat, "chmod", NO_ROOM, directory, path, (int directory, const char *path, mode_t mode, int flags),
        (directory, path, mode, flags))
ON_PATH(int, chown, "chown", NO_ROOM, AT_FDCWD, path, (const char *path, uid_t user, gid_t group), (path, user, group))
ON_PATH(int, lchown, "chown", NO_ROOM, AT_FDCWD, path, (const char *path, uid_t user, gid_t group), (path, user, group))
ON_PATH(int, fchownat, "chown", NO_ROOM, directory, path,
        (int directory, const char *path, uid_t user, gid_t group, int flags), (directory, path, user, group, flags))
ON_PATH(int, utimensat, "utimes", NO_ROOM, directory, path,
        (int directory, const char *path, const struct timespec times[2], int flags), (directory, path, times, flags))
ON_PATH(int, setxattr, "setxattr", ROOM, AT_FDCWD, path,
        (const char *path, const char *name, const void *value, size_t size, int flags),
        (path, name, value, size, flags))
ON_PATH(int, lsetxattr, "setxattr", ROOM, AT_FDCWD, path,
        (const char *path, const char *name, const void *value, size_t size, int flags),
        (path, name, value, size, flags))
ON_PATH(int, removexattr, "removexattr", NO_ROOM, AT_FDCWD, path, (const char *path, const char *name), (path, name))
ON_PATH(int, lremovexattr, "removexattr", NO_ROOM, AT_FDCWD, path, (const char *path, const char *name), (path, name))

/* libc makes the directory by a call that does not come by here. */
char *mkdtemp(char *template) {
  NEXT(mkdtemp);
  int error = hit_at("mkdir", AT_FDCWD, template, ROOM);
  if (error == 0) return next(template);
  errno = error;
  return NULL;
}

/* Opening counts where it may make or empty a file. */
static int hit_open(int directory, const char *path, int flags) {
  if ((flags & (O_CREAT | O_TRUNC)) == 0 && (flags & O_TMPFILE) != O_TMPFILE) return 0;
  return hit_at("create", directory, path, ROOM);
}

#define MODE_OF(flags)                                                                                                 \
  mode_t mode = 0;                                                                                                     \
  if (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE) {                                                \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    mode = va_arg(rest, mode_t);                                                                                       \
    va_end(rest);                                                                                                      \
  }

int open(const char *path, int flags, ...) {
  NEXT(open);
  MODE_OF(flags)
  FAIL_IF(hit_open(AT_FDCWD, path, flags));
  return next(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  NEXT(open64);
  MODE_OF(flags)
  FAIL_IF(hit_open(AT_FDCWD, path, flags));
  return next(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
  NEXT(openat);
  MODE_OF(flags)
  FAIL_IF(hit_open(directory, path, flags));
  return next(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...) {
  NEXT(openat64);
  MODE_OF(flags)
  FAIL_IF(hit_open(directory, path, flags));
  return next(directory, path, flags, mode);
}

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int ioctl(int fd, unsigned long request, ...) {
  NEXT(ioctl);
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  switch (request) {
    case FICLONE:
    case FICLONERANGE: FAIL_IF(hit_fd("ioctl(FICLONE)", fd, ROOM)); break;
    case FIFREEZE: FAIL_IF(hit_fd("ioctl(FIFREEZE)", fd, NO_ROOM)); break;
    case FITHAW: FAIL_IF(hit_fd("ioctl(FITHAW)", fd, NO_ROOM)); break;
    case FS_IOC_SETFLAGS: FAIL_IF(hit_fd("ioctl(SETFLAGS)", fd, NO_ROOM)); break;
  }
  return next(fd, request, argument);
}

/* Programs make some calls by number. */
long syscall(long number, ...) {
  static long (*next)(long, ...);
  if (next == NULL) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_copy_file_range) FAIL_IF(hit_fd("write", (int)a[2], ROOM));
  if (number == SYS_renameat2) FAIL_IF(hit_at("rename", (int)a[2], (const char *)a[3], ROOM));
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
