import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import type { Bootloader, BootMenu, BootMenuEntry, Context } from '@ostrata/contract';
import type { SystemdBootConfig } from './config.schema.ts';
import { directoryOf, type Entry, neededFiles, readEntries } from './entries.ts';
import { formatEntryName, type Tries } from './entry-name.ts';
import { bodyOf, formatEntry, valuesOf } from './entry-text.ts';
import { espError } from './errors.ts';
import { fsyncPath, makeDirectory, removeFiles, renameInOrder, writeNew } from './fat.ts';
import { findPartitions, type Partitions } from './find-partitions.ts';
import { checkSpace, copyFiles, missingFiles, place, removeUnused } from './kernels.ts';

/**
 * systemd-boot. Its menu is the files of a directory, on a file system without links and without a rename that replaces. So a new menu is a
 * new generation of entries with names of their own: drafts first, and what makes it the current one is that the first of them gets a name
 * that sorts before all others. README.md has the protocol.
 */
export function systemdBoot(config: SystemdBootConfig): Bootloader {
  const partitionsOf = (sysroot: string): Partitions => {
    const found = findPartitions(sysroot, config);
    if (found !== null) return found;
    throw espError('ESP_MISSING', `No EFI system partition with systemd-boot is mounted below ${sysroot}.`, {
      hint: 'Mount it at /efi or /boot/efi, run `bootctl install` if it is new, or set `esp` of boot-systemd-boot.',
      data: { sysroot, esp: config.esp },
    });
  };

  const write: Bootloader['write'] = async (menu, ctx) => {
    const { boot } = partitionsOf(menu.sysroot);
    const directory = directoryOf(boot);
    const before = readEntries(boot);
    const entries = menu.entries.map(place);
    const files = missingFiles(menu.sysroot, boot, menu.entries);
    const kept = [
      ...neededFiles(boot),
      ...entries.flatMap(({ linux, initrds, deviceTree }) => [linux, ...initrds, deviceTree ?? '']),
    ];
    removeUnused(boot, kept);
    checkSpace(boot, files, entries.length);
    copyFiles(boot, files, ctx.signal);

    makeDirectory(boot, 'loader/entries');
    const live = before.filter(({ isDraft }) => !isDraft);
    // Drafts of a run that was cut off stay until the switch: after a torn rename a file in use shares its clusters with one of them.
    const generation = 1 + Math.max(0, ...before.map((entry) => entry.generation));
    for (const [index, entry] of entries.entries()) {
      const rank = entries.length - index;
      const tries = carriedTries(menu.sysroot, live, entry);
      const text = formatEntry({ ...entry, sortKey: config.sortKey, generation, rank });
      writeNew(join(directory, formatEntryName({ generation, rank, tries, isDraft: true })), text);
    }
    fsyncPath(directory);
  };

  return {
    probe: async (sysroot) => (findPartitions(sysroot, config) === null ? 0 : 85),
    write,

    async activate(menu, ctx) {
      const { esp, boot } = partitionsOf(menu.sysroot);
      const directory = directoryOf(boot);
      let next = generationOf(menu, readEntries(boot));
      // Files that somebody removed are missed in a menu that is in place, too.
      if (next === null || missingFiles(menu.sysroot, boot, menu.entries).length > 0) {
        await write(menu, ctx);
        next = generationOf(menu, readEntries(boot))!;
      }
      // The first has the highest rank: with its name the new menu is the current one.
      const drafts = next.filter(({ isDraft }) => isDraft).sort((a, b) => b.rank - a.rank);
      renameInOrder(
        directory,
        drafts.map((entry) => [entry.name, formatEntryName({ ...entry, isDraft: false })]),
      );
      warnOfOtherDefault(esp, next[0]!.generation, ctx);
      try {
        removeOthers(boot, next[0]!.generation);
      } catch (error) {
        const text = `Old entries or kernels on ${boot} could not be removed: ${(error as Error).message}.`;
        ctx.progress.warning('ESP_LEFTOVER', text, 'They are in nobody’s way; fsck.fat repairs a damaged file system.');
      }
    },

    async markGood(sysroot, options) {
      const found = findPartitions(sysroot, config);
      if (found === null) return;
      const wanted = deploymentOf(sysroot, options);
      for (const entry of readEntries(found.boot)) {
        if (entry.isDraft || entry.tries === null) continue;
        if (deploymentOf(sysroot, valuesOf(entry.text, 'options').join(' ')) !== wanted) continue;
        renameInOrder(directoryOf(found.boot), [[entry.name, formatEntryName({ ...entry, tries: null })]]);
      }
    },

    async current(sysroot) {
      const found = findPartitions(sysroot, config);
      if (found === null) return [];
      const live = readEntries(found.boot).filter(({ isDraft }) => !isDraft);
      return live.map(({ text }) => valuesOf(text, 'options').join(' '));
    },
  };
}

/** What an administrator has chosen stays (loader.conf(5)); but then a new deployment is not started by itself. */
function warnOfOtherDefault(esp: string, generation: number, ctx: Context): void {
  const path = join(esp, 'loader/loader.conf');
  const [pattern] = existsSync(path) ? valuesOf(readFileSync(path, 'utf8'), 'default') : [];
  if (pattern === undefined || matchesGlob(`ostree-${generation}-1.conf`, pattern)) return;
  const text = `${path} says \`default ${pattern}\`: the new deployment has to be chosen by hand.`;
  ctx.progress.warning('ESP_DEFAULT', text, 'Take the line out, or make it `default ostree-*`.');
}

function removeOthers(boot: string, generation: number): void {
  const old = readEntries(boot).filter((entry) => entry.generation !== generation || entry.isDraft);
  removeFiles(
    directoryOf(boot),
    old.map(({ name }) => name),
  );
  removeUnused(boot, neededFiles(boot));
}

/** The files of a generation that is this menu, drafts or not; null where none is, or a newer one is in use. */
function generationOf({ entries }: BootMenu, found: readonly Entry[]): Entry[] | null {
  const newest = Math.max(0, ...found.filter(({ isDraft }) => !isDraft).map(({ generation }) => generation));
  const wanted = entries.map((entry) => bodyOf(formatEntry({ ...place(entry), sortKey: '', generation: 0, rank: 0 })));
  const generations = [...new Set(found.map(({ generation }) => generation))].sort((a, b) => b - a);
  for (const generation of generations) {
    if (generation < newest) break;
    const files = wanted.map((body, index) =>
      found.find(
        (entry) =>
          entry.generation === generation && entry.rank === wanted.length - index && bodyOf(entry.text) === body,
      ),
    );
    const count = found.filter((entry) => entry.generation === generation).length;
    if (files.length > 0 && count === files.length && files.every((file) => file !== undefined)) return files;
  }
  return null;
}

/** The counters that systemd-boot made of a deployment's, or those of the menu for one that it does not know. */
function carriedTries(sysroot: string, live: readonly Entry[], entry: BootMenuEntry): Tries | null {
  const wanted = deploymentOf(sysroot, entry.options);
  const known = live.find(({ text }) => deploymentOf(sysroot, valuesOf(text, 'options').join(' ')) === wanted);
  return known === undefined ? entry.tries : known.tries;
}

/** What `ostree=` of a command line leads to: the links of two menus lead to one deployment. */
function deploymentOf(sysroot: string, options: string): string {
  const link = /(?:^| )ostree=(\S+)/.exec(options)?.[1] ?? '';
  try {
    return readlinkSync(join(sysroot, link));
  } catch {
    return link.replace(/^\/ostree\/boot\.[01]\//, '');
  }
}
