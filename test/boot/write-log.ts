import { closeSync, fstatSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';

/**
 * QEMU's arguments for a disk whose writes and flushes are logged (driver blklogwrites: the format of Linux's dm-log-writes). The disk has
 * no command that writes zeroes: QEMU before 8.2 puts the zeroes of two at a time at wrong places of its log.
 */
export function loggedDrive(disk: string, log: string): string[] {
  writeFileSync(log, '');
  return [
    ...['-blockdev', `node-name=disk,driver=file,filename=${disk},cache.no-flush=on`],
    ...['-blockdev', `node-name=log,driver=file,filename=${log},cache.no-flush=on`],
    ...['-blockdev', 'node-name=logged,driver=blklogwrites,file=disk,log=log,log-sector-size=512'],
    ...['-device', 'virtio-blk-pci,drive=logged,discard=off,write-zeroes=off'],
  ];
}

export interface LoggedWrite {
  readonly kind: 'write' | 'flush';
  /** Where on the disk, and where in the log its bytes are. */
  readonly at: number;
  readonly length: number;
  readonly dataAt: number;
}

const MAGIC = 0x6a736677736872n;
const [FLUSH, FUA] = [1n, 2n];
const SECTOR = 512;

/**
 * What a log has so far (Documentation/admin-guide/device-mapper/log-writes.rst of Linux): a super block, then entries of one sector with
 * their data. The number of entries in the super block is not asked: it is only that of the last flush.
 */
export function readWriteLog(path: string): LoggedWrite[] {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const block = Buffer.alloc(SECTOR);
    readSync(fd, block, 0, SECTOR, 0);
    if (block.readBigUInt64LE(0) !== MAGIC) throw new Error(`${path} is no log of writes`);
    const entries: LoggedWrite[] = [];
    for (let offset = SECTOR; offset + SECTOR <= size; ) {
      readSync(fd, block, 0, SECTOR, offset);
      const [sector, sectors, flags] = [0, 8, 16].map((at) => block.readBigUInt64LE(at)) as [bigint, bigint, bigint];
      const length = Number(sectors) * SECTOR;
      // One that is being written, or of which the end of QEMU left a part.
      if ((length === 0 && flags === 0n) || offset + SECTOR + length > size) break;
      if ((flags & ~(FLUSH | FUA)) !== 0n) throw new Error(`${path} has an entry with the flags ${flags}`);
      const flush = { kind: 'flush', at: 0, length: 0, dataAt: 0 } as const;
      if ((flags & FLUSH) !== 0n) entries.push(flush);
      if (length > 0) entries.push({ kind: 'write', at: Number(sector) * SECTOR, length, dataAt: offset + SECTOR });
      if ((flags & FUA) !== 0n) entries.push(flush);
      offset += SECTOR + length;
    }
    return entries;
  } finally {
    closeSync(fd);
  }
}

/** A disk that goes through the moments of a log, forward. */
export class ReplayedDisk {
  readonly #disk: number;
  readonly #log: number;
  readonly #entries: readonly LoggedWrite[];
  #done = 0;

  constructor(disk: string, log: string, entries: readonly LoggedWrite[]) {
    this.#disk = openSync(disk, 'r+');
    this.#log = openSync(log, 'r');
    this.#entries = entries;
  }

  /**
   * Brings the disk to what it is when the power goes after `end` entries, no fewer than the last time. Of each write since the last flush it
   * keeps as many bytes as `kept` says, in sectors: a disk need keep none of them. What is returned has to be called before the next moment.
   */
  cut(end: number, kept: (write: LoggedWrite) => number): () => void {
    const entries = this.#entries.slice(0, end);
    const synced = entries.findLastIndex(({ kind }) => kind === 'flush') + 1;
    for (; this.#done < synced; this.#done++) this.#apply(entries[this.#done]!);
    const before = entries.slice(synced).flatMap((entry) => {
      const length = kept(entry);
      const bytes = Buffer.alloc(length);
      readSync(this.#disk, bytes, 0, length, entry.at);
      this.#apply({ ...entry, length });
      return { at: entry.at, bytes };
    });
    return () => {
      for (const { at, bytes } of before.reverse()) writeSync(this.#disk, bytes, 0, bytes.length, at);
    };
  }

  close(): void {
    closeSync(this.#disk);
    closeSync(this.#log);
  }

  #apply({ at, length, dataAt }: LoggedWrite): void {
    const bytes = Buffer.allocUnsafe(length);
    readSync(this.#log, bytes, 0, length, dataAt);
    writeSync(this.#disk, bytes, 0, length, at);
  }
}
