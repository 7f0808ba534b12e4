import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bootloader, BootMenuEntry } from '@ostrata/contract';

/** A script of U-Boot imports it (`env import -t`); it follows the swap. */
const VARIABLES = 'boot/loader/uEnv.txt';
/** What an image wants set besides, below its root. */
const OF_IMAGE = 'usr/lib/ostree-boot/uEnv.txt';

/** U-Boot with a boot script that reads `/boot/loader/uEnv.txt`. */
export const uboot: Bootloader = {
  async probe(sysroot) {
    return lstatSync(join(sysroot, VARIABLES), { throwIfNoEntry: false }) === undefined ? 0 : 60;
  },

  async write({ sysroot, directory, entries }) {
    const lines = entries.flatMap((entry, index) => format(entry, index === 0 ? '' : String(index + 1)));
    const ofImage = entries[0] === undefined ? '' : imageVariables(sysroot, entries[0]);
    writeFileSync(join(directory, 'uEnv.txt'), `${lines.join('\n')}\n${ofImage}`, { flush: true });
  },

  async current(sysroot) {
    const text = readText(join(sysroot, VARIABLES)) ?? '';
    return [...text.matchAll(/^bootargs\d*=(.*)$/gm)].map(([, options]) => options!);
  },
};

/** Variables of one choice; those of the second end with 2, and so on. */
function format({ linux, initrds, deviceTree, deviceTreeDirectory, options }: BootMenuEntry, number: string): string[] {
  const lines = [`kernel_image${number}=/boot${linux}`];
  if (initrds[0] !== undefined) lines.push(`ramdisk_image${number}=/boot${initrds[0]}`);
  if (deviceTree !== null) lines.push(`fdt_file${number}=/boot${deviceTree}`);
  if (deviceTreeDirectory !== null) lines.push(`fdtdir${number}=/boot${deviceTreeDirectory}`);
  return [...lines, `bootargs${number}=${options}`];
}

/** The image of an entry is where its `ostree=` leads. */
function imageVariables(sysroot: string, { options }: BootMenuEntry): string {
  const link = /(?:^| )ostree=(\S+)/.exec(options)?.[1];
  return link === undefined ? '' : (readText(join(sysroot, link, OF_IMAGE)) ?? '');
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
