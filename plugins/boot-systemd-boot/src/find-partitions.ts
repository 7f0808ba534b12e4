import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SystemdBootConfig } from './config.schema.ts';

/** Directories in which the partitions of a system are mounted. */
export interface Partitions {
  /** The EFI system partition, with the boot loader and its `loader.conf`. */
  readonly esp: string;
  /** Where kernels and entries are (`$BOOT` of the Boot Loader Specification): an XBOOTLDR partition, or the same. */
  readonly boot: string;
}

/** Where bootctl(1) looks. */
const USUAL = ['efi', 'boot', 'boot/efi'];

/** Null where no systemd-boot is installed. */
export function findPartitions(sysroot: string, config: SystemdBootConfig): Partitions | null {
  for (const base of basesOf(sysroot)) {
    const usual = [...USUAL.map((name) => join(base, name)), ...mountedFat(base)];
    const candidates = config.esp === null ? usual : [join(base, config.esp)];
    const esp = candidates.find(hasSystemdBoot);
    if (esp !== undefined) return { esp, boot: config.boot === null ? esp : join(base, config.boot) };
  }
  return null;
}

/** A running system has its partitions mounted below its own root, and its sysroot at /sysroot. */
function basesOf(sysroot: string): string[] {
  const path = resolve(sysroot);
  return path === '/sysroot' && existsSync('/run/ostree-booted') ? [path, '/'] : [path];
}

/** Mount points of FAT below a root, from mountinfo (proc(5)); without those that come and go. */
function mountedFat(base: string): string[] {
  const found: string[] = [];
  for (const line of readText('/proc/self/mountinfo').split('\n')) {
    const [mount, source] = line.split(' - ');
    if (source?.split(' ')[0] !== 'vfat') continue;
    const path = mount!
      .split(' ')[4]!
      .replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
    const inside = base === '/' ? path : path.startsWith(`${base}/`) ? path.slice(base.length) : null;
    if (inside !== null && !/^\/(?:media|mnt|run|tmp|var)\//.test(inside)) found.push(path);
  }
  return found;
}

/** A partition that is not mounted is an empty directory: only the boot loader itself shows that it is the right one. */
function hasSystemdBoot(esp: string): boolean {
  const named = filesIn(esp, 'EFI', 'systemd').some((path) => /\/systemd-boot[^/]*\.efi$/i.test(path));
  return named || filesIn(esp, 'EFI', 'BOOT').some((path) => /\/boot[^/]*\.efi$/i.test(path) && isSystemdBoot(path));
}

/** Files of a directory whose names are compared as FAT does. */
function filesIn(path: string, ...names: readonly string[]): string[] {
  let directory = path;
  for (const name of names) {
    const found = namesIn(directory).find((other) => other.toLowerCase() === name.toLowerCase());
    if (found === undefined) return [];
    directory = join(directory, found);
  }
  return namesIn(directory).map((name) => join(directory, name));
}

export function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** The section `.sdmagic` of the program begins with this; programs of boot loaders are below a megabyte. */
const MAGIC = '#### LoaderInfo: systemd-boot ';
const LIMIT = 4 << 20;

function isSystemdBoot(path: string): boolean {
  const buffer = Buffer.alloc(Math.min(statSync(path).size, LIMIT));
  const fd = openSync(path, 'r');
  try {
    readSync(fd, buffer);
  } finally {
    closeSync(fd);
  }
  return buffer.includes(MAGIC);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
