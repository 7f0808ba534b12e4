import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type CpioFile, writeCpio } from '@ostrata/cpio';
import { etcError } from './errors.ts';
import { checkPath } from './tracked.ts';

/** Boot loaders read all of it into memory. */
const MAX_BYTES = 64 << 20;

/** An image that Linux unpacks over the initramfs. */
export interface Overlay {
  readonly image: Buffer;
  /** By which a boot target names it. */
  readonly sha256: string;
}

/**
 * Files and directories of an /etc as a compressed archive of the format newc, with the directories above them. The same files give the
 * same bytes: times are left out. Throws INITRAMFS_ETC_PATH, INITRAMFS_ETC_FILE, INITRAMFS_ETC_SIZE.
 */
export function makeOverlay(etc: string, paths: readonly string[]): Overlay {
  const found = new Map<string, Stats>();
  add(found, etc, 'etc');
  for (const path of paths) {
    const parts = checkPath(path).slice('/etc/'.length).split('/');
    for (let length = 1; length < parts.length; length++) {
      const parent = parts.slice(0, length).join('/');
      const stat = add(found, join(etc, parent), `etc/${parent}`);
      if (!stat.isDirectory()) throw unusable(`/etc/${parent}`, 'is no directory');
    }
    addAll(found, join(etc, ...parts), `etc/${parts.join('/')}`);
  }
  const archive = Buffer.concat([...writeCpio(filesOf(found, etc))]);
  const image = gzipSync(archive, { level: 9 });
  return { image, sha256: createHash('sha256').update(image).digest('hex') };
}

function addAll(found: Map<string, Stats>, file: string, name: string): void {
  if (!add(found, file, name).isDirectory()) return;
  for (const child of readdirSync(file)) addAll(found, join(file, child), `${name}/${child}`);
}

function add(found: Map<string, Stats>, file: string, name: string): Stats {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw unusable(`/${name}`, 'is not there');
  if (!stat.isFile() && !stat.isDirectory() && !stat.isSymbolicLink()) {
    throw unusable(`/${name}`, 'is no file, link or directory');
  }
  found.set(name, stat);
  return stat;
}

/** In the order of their names: a directory comes before what is in it. */
function* filesOf(found: ReadonlyMap<string, Stats>, etc: string): Generator<CpioFile> {
  let total = 0;
  for (const name of [...found.keys()].sort()) {
    const { mode, uid, gid, size } = found.get(name)!;
    const file = join(etc, name.slice('etc'.length));
    const entry = { name, mode, uid, gid };
    const isFile = (mode & 0o170000) === 0o100000;
    total += isFile ? size : 0;
    if (total > MAX_BYTES) {
      throw etcError(
        'INITRAMFS_ETC_SIZE',
        `The tracked files have more than ${MAX_BYTES >> 20} MiB; /${name} is too much.`,
        {
          hint: 'Track only what has to be there before the root file system is.',
          data: { path: `/${name}`, limit: MAX_BYTES },
        },
      );
    }
    if (isFile) yield { ...entry, content: readFileSync(file) };
    else if ((mode & 0o170000) === 0o120000) yield { ...entry, content: Buffer.from(readlinkSync(file)) };
    else yield entry;
  }
}

function unusable(path: string, what: string): Error {
  return etcError('INITRAMFS_ETC_FILE', `${path} is tracked for the initramfs and ${what}.`, {
    hint: `Restore it, or stop tracking it: ostrata initramfs-etc --untrack=PATH`,
    data: { path },
  });
}
