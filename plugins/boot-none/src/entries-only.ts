import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bootloader } from '@ostrata/contract';

/**
 * Writes nothing: the entries in `/boot/loader/entries` are all there is (Boot Loader Specification, type #1), for a boot loader that reads
 * them, or for whoever starts kernels by other means. Only a system that says so is one: `bootloader=none` in the group `sysroot` of the
 * config of its repository, as libostree has it.
 */
export const entriesOnly: Bootloader = {
  async probe(sysroot) {
    const config = readText(join(sysroot, 'ostree/repo/config'));
    const [, group = ''] = /^\[sysroot\][^\S\n]*\n((?:(?!\[).*\n?)*)/m.exec(config) ?? [];
    return /^bootloader[^\S\n]*=[^\S\n]*none[^\S\n]*$/m.test(group) ? 100 : 0;
  },

  async write() {},

  async current(sysroot) {
    const directory = join(sysroot, 'boot/loader/entries');
    const entries = namesIn(directory)
      .filter((name) => /^ostree-.*\.conf$/.test(name))
      .map((name) => readText(join(directory, name)));
    const ranked = entries.map((text) => ({
      rank: Number(keyOf(text, 'version')),
      options: keyOf(text, 'options'),
    }));
    return ranked.sort((a, b) => b.rank - a.rank).map(({ options }) => options);
  },
};

const keyOf = (text: string, key: string): string => new RegExp(`^${key}[ \\t]+(.*)$`, 'm').exec(text)?.[1] ?? '';

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
