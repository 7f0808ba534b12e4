import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const SMALL = 64 * 1024;
let scratch: Buffer | undefined;

/**
 * The bytes of a file, in memory that is used again: they are valid until this thread reads another file so. Nearly all metadata objects
 * are small, and three system calls are enough for them. `refuse` is called with the size of one that is larger than `limit`.
 */
export function borrowFile(path: string, limit: number, refuse: (size: number) => Error): Buffer {
  scratch ??= Buffer.allocUnsafeSlow(SMALL);
  const fd = openSync(path, 'r');
  try {
    const read = readSync(fd, scratch, 0, SMALL, 0);
    if (read < SMALL && read <= limit) return scratch.subarray(0, read);
    const { size } = fstatSync(fd);
    if (size > limit) throw refuse(size);
    const bytes = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    for (let count = -1; count !== 0 && filled < size; filled += count) {
      count = readSync(fd, bytes, filled, size - filled, filled);
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(fd);
  }
}
