/** The bits of st_mode that OSTree stores (inode(7)). */
export const S_IFMT = 0o170000;
export const S_IFREG = 0o100000;
export const S_IFDIR = 0o040000;
export const S_IFLNK = 0o120000;

export const isRegular = (mode: number): boolean => (mode & S_IFMT) === S_IFREG;
export const isDirectory = (mode: number): boolean => (mode & S_IFMT) === S_IFDIR;
export const isSymlink = (mode: number): boolean => (mode & S_IFMT) === S_IFLNK;

/** True when a mode has no bits beyond a file type and permissions. */
export const hasOnlyModeBits = (mode: number): boolean => (mode & ~(S_IFMT | 0o7777)) === 0;
