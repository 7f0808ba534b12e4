import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bootloader, Context } from '@ostrata/contract';
import type { GrubConfig } from './config.schema.ts';
import { changeEnvironment, environmentPath, fsyncDirectory, readEnvironment } from './environment-file.ts';
import { grubError } from './errors.ts';
import { findConfig } from './find-config.ts';
import { commandLines, countedMenu, EFI_TEXT, menuId, menuText } from './menu-text.ts';

/** GRUB 2. */
export function grub(config: GrubConfig): Bootloader {
  return {
    async probe(sysroot) {
      return findConfig(sysroot) === null ? 0 : 80;
    },

    async write({ sysroot, directory, entries }, ctx) {
      const place = findConfig(sysroot);
      if (place === null) return;
      if (place.kind === 'foreign') {
        throw grubError('GRUB_CONFIG_FOREIGN', `${place.path} is made by somebody else and shows no deployments.`, {
          hint: 'Replace it by a link to ../loader/grub.cfg, or have it run blscfg.',
          data: { path: place.path },
        });
      }
      // Damage shows here, before anything has changed; and GRUB cannot make the file.
      if (config.counting > 0) prepareEnvironment(sysroot);
      if (place.kind !== 'entries') {
        const text = menuText(entries, config, environmentPath(sysroot));
        writeFileSync(join(directory, 'grub.cfg'), text, { flush: true });
      } else if (config.counting > 0) warnWithoutCounting(place.path, ctx);
    },

    async activate({ sysroot, entries }) {
      const place = findConfig(sysroot);
      // A menu of another program may have nothing there.
      if (place?.kind === 'efi' && existsSync(join(sysroot, 'boot/loader/grub.cfg'))) leadToMenu(place.path);
      // A configuration that reads entries counts down what is set for it.
      if (place?.kind !== 'entries' || config.counting === 0 || entries.length < 2) return;
      const id = menuId(entries);
      if (readEnvironment(sysroot).get('boot_menu') === id) return;
      changeEnvironment(sysroot, { boot_menu: id, boot_counter: String(config.counting), boot_success: '0' });
    },

    async markGood(sysroot, options) {
      const [first] = currentLines(sysroot);
      const counts = readEnvironment(sysroot).has('boot_counter');
      // Of a system that was started in place of the first the counter has nothing to say.
      if (!counts || first === undefined || linkOf(first) !== linkOf(options)) return;
      changeEnvironment(sysroot, { boot_success: '1', boot_counter: null, boot_indeterminate: null });
    },

    async current(sysroot) {
      const [first, second, ...others] = currentLines(sysroot);
      if (first === undefined || second === undefined) return first === undefined ? [] : [first];
      return isUsedUp(sysroot) ? [second, first, ...others] : [first, second, ...others];
    },
  };
}

/** Whether GRUB starts the second entry, as none of the counted starts of the first was found healthy. */
function isUsedUp(sysroot: string): boolean {
  const values = readEnvironment(sysroot);
  if (values.get('boot_success') === '1' || !['0', '-1'].includes(values.get('boot_counter') ?? '')) return false;
  const path = join(sysroot, 'boot/loader/grub.cfg');
  const counted = existsSync(path) ? countedMenu(readFileSync(path, 'utf8')) : null;
  // A menu that counts by itself begins anew where the block is about another one.
  return counted === null ? findConfig(sysroot)?.kind === 'entries' : counted === values.get('boot_menu');
}

function prepareEnvironment(sysroot: string): void {
  readEnvironment(sysroot);
  if (!existsSync(join(sysroot, environmentPath(sysroot)))) changeEnvironment(sysroot, {});
}

function warnWithoutCounting(path: string, ctx: Context): void {
  if (readFileSync(path, 'utf8').includes('boot_counter')) return;
  const text = `${path} reads the entries by itself and does not look at boot_counter: starts are not counted.`;
  ctx.progress.warning(
    'GRUB_COUNTING',
    text,
    'Install greenboot’s part of the configuration, or a grub.cfg that is ours.',
  );
}

/** The one time that a file on FAT is replaced. From then on only the menu that it leads to changes. */
function leadToMenu(path: string): void {
  writeFileSync(`${path}.new`, EFI_TEXT, { flush: true });
  renameSync(`${path}.new`, path);
  fsyncDirectory(dirname(path));
}

function currentLines(sysroot: string): string[] {
  const place = findConfig(sysroot);
  if (place === null) return [];
  if (place.kind === 'entries') return entryLines(join(sysroot, 'boot/loader/entries'));
  const path = place.kind === 'swapped' ? join(sysroot, 'boot/loader/grub.cfg') : place.path;
  return existsSync(path) ? commandLines(readFileSync(path, 'utf8')) : [];
}

/** What `blscfg` shows: entries of the highest version first. */
function entryLines(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => /^ostree-.*\.conf$/.test(name));
  const entries = names.map((name) => readFileSync(join(directory, name), 'utf8'));
  const value = (text: string, key: string) => new RegExp(`^${key}[ \\t]+(.*)$`, 'm').exec(text)?.[1] ?? '';
  const ranked = entries.map((text) => ({ rank: Number(value(text, 'version')), options: value(text, 'options') }));
  return ranked.sort((a, b) => b.rank - a.rank).map(({ options }) => options);
}

const linkOf = (options: string): string | undefined => /(?:^| )ostree=(\S+)/.exec(options)?.[1];
