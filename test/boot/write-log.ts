import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** QEMU's arguments for a disk whose writes and flushes are logged (driver blklogwrites: the format of Linux's dm-log-writes). */
export function loggedDrive(disk: string, log: string): string[] {
  closeSync(openSync(log, 'w'));
  return [
    ...['-blockdev', `node-name=disk,driver=file,filename=${disk},cache.no-flush=on`],
    ...['-blockdev', `node-name=log,driver=file,filename=${log},cache.no-flush=on`],
    ...['-blockdev', 'node-name=logged,driver=blklogwrites,file=disk,log=log,log-sector-size=512'],
    ...['-device', 'virtio-blk-pci,drive=logged'],
  ];
}

export interface LoggedWrite {
  readonly kind: 'write' | 'flush' | 'discard';
  /** Where on the disk, and where in the log its bytes are. */
  readonly at: number;
  readonly length: number;
  readonly dataAt: number;
}

const MAGIC = 0x6a736677736872n;
const [FLUSH, DISCARD] = [1n, 4n];
const SECTOR = 512;

/** What a log has (Documentation/admin-guide/device-mapper/log-writes.rst of Linux): a super block, then entries of one sector with their data. */
export function readWriteLog(path: string): LoggedWrite[] {
  const fd = openSync(path, 'r');
  try {
    const block = Buffer.alloc(SECTOR);
    readSync(fd, block, 0, SECTOR, 0);
    if (block.readBigUInt64LE(0) !== MAGIC) throw new Error(`${path} is no log of writes`);
    const count = Number(block.readBigUInt64LE(16));
    const entries: LoggedWrite[] = [];
    let offset = SECTOR;
    for (let index = 0; index < count; index++) {
      if (readSync(fd, block, 0, SECTOR, offset) < SECTOR) break;
      const flags = block.readBigUInt64LE(16);
      const [at, length] = [Number(block.readBigUInt64LE(0)) * SECTOR, Number(block.readBigUInt64LE(8)) * SECTOR];
      const kind = (flags & DISCARD) !== 0n ? 'discard' : length === 0 ? 'flush' : 'write';
      // A write may say that what was before has to be on the disk first.
      if (kind === 'write' && (flags & FLUSH) !== 0n) entries.push({ kind: 'flush', at: 0, length: 0, dataAt: 0 });
      entries.push({ kind, at, length, dataAt: offset + SECTOR });
      offset += SECTOR + (kind === 'write' ? length : 0);
    }
    return entries;
  } finally {
    closeSync(fd);
  }
}

/**
 * Brings a disk to what it is when the power goes after `end` entries. With `drop` the writes since the last flush are asked for one by one, as
 * a disk has to keep none of them.
 */
export function replay(
  disk: string,
  log: string,
  entries: readonly LoggedWrite[],
  end: number,
  drop: (() => boolean) | null,
): void {
  const synced = drop === null ? end : entries.slice(0, end).findLastIndex(({ kind }) => kind === 'flush') + 1;
  const [to, from] = [openSync(disk, 'r+'), openSync(log, 'r')];
  try {
    for (const [index, { kind, at, length, dataAt }] of entries.slice(0, end).entries()) {
      if (kind !== 'write' || (index >= synced && drop?.())) continue;
      const bytes = Buffer.allocUnsafe(length);
      readSync(from, bytes, 0, length, dataAt);
      writeSync(to, bytes, 0, length, at);
    }
  } finally {
    closeSync(to);
    closeSync(from);
  }
}
