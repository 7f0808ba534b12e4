import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bootloader } from '@ostrata/contract';
import { commandLines, replaceChoices } from './config-file.ts';

/** A link to `../loader/syslinux.cfg`, so that it follows the swap. */
const CONFIG = 'boot/syslinux/syslinux.cfg';

/** SYSLINUX and relatives that read its configuration. */
export const syslinux: Bootloader = {
  async probe(sysroot) {
    return lstatSync(join(sysroot, CONFIG), { throwIfNoEntry: false }) === undefined ? 0 : 90;
  },

  async write({ sysroot, directory, entries }) {
    const path = join(sysroot, CONFIG);
    const text = replaceChoices(readText(path), entries, path);
    writeFileSync(join(directory, 'syslinux.cfg'), text, { flush: true });
  },

  async current(sysroot) {
    const path = join(sysroot, CONFIG);
    return commandLines(readText(path), path);
  },
};

/** Before the first deployment the link leads nowhere. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
