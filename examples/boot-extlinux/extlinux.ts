import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bootloader } from '@ostrata/contract';
import { commandLines, menuText } from './menu.ts';

export interface ExtlinuxConfig {
  /** Tenths of a second. */
  readonly timeout: number;
}

/** A file of its own, which does not follow the swap of `/boot/loader`. */
const CONFIG = 'boot/extlinux/extlinux.conf';

export function extlinux({ timeout }: ExtlinuxConfig): Bootloader {
  return {
    // `extlinux --install /boot/extlinux` leaves this file there; U-Boot needs none.
    probe: async (sysroot) =>
      ['boot/extlinux/ldlinux.sys', CONFIG].some((name) => existsSync(join(sysroot, name))) ? 70 : 0,

    async write({ sysroot, entries }) {
      writeFileSync(`${join(sysroot, CONFIG)}.new`, menuText(entries, timeout), { flush: true });
    },

    async activate({ sysroot, entries }) {
      const path = join(sysroot, CONFIG);
      const text = menuText(entries, timeout);
      if (readText(path) === text) return;
      // After a crash the draft may be there or not, and of another menu.
      if (readText(`${path}.new`) !== text) writeFileSync(`${path}.new`, text, { flush: true });
      renameSync(`${path}.new`, path);
      fsyncDirectory(dirname(path));
    },

    current: async (sysroot) => commandLines(readText(join(sysroot, CONFIG))),
  };
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function fsyncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
