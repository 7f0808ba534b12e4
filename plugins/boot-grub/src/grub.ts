import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bootloader } from '@ostrata/contract';
import type { GrubConfig } from './config.schema.ts';
import { grubError } from './errors.ts';
import { findConfig } from './find-config.ts';
import { commandLines, menuText } from './menu-text.ts';

/** GRUB 2. */
export function grub(config: GrubConfig): Bootloader {
  return {
    async probe(sysroot) {
      return findConfig(sysroot) === null ? 0 : 80;
    },

    async write({ sysroot, directory, entries }) {
      const place = findConfig(sysroot);
      if (place === null || place.kind === 'entries') return;
      if (place.kind === 'foreign') {
        throw grubError(`${place.path} is made by somebody else and shows no deployments.`, {
          hint: 'Replace it by a link to ../loader/grub.cfg, or have it run blscfg.',
          data: { path: place.path },
        });
      }
      const target = place.kind === 'efi' ? `${place.path}.new` : join(directory, 'grub.cfg');
      writeFileSync(target, menuText(entries, config), { flush: true });
    },

    async activate({ sysroot }) {
      const place = findConfig(sysroot);
      if (place?.kind !== 'efi' || !existsSync(`${place.path}.new`)) return;
      renameSync(`${place.path}.new`, place.path);
      const fd = openSync(dirname(place.path), 'r');
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    },

    async current(sysroot) {
      const place = findConfig(sysroot);
      if (place === null) return [];
      try {
        return commandLines(readFileSync(place.path, 'utf8'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
  };
}
