import { createHash } from 'node:crypto';
import type { BootMenuEntry } from '@ostrata/contract';
import type { GrubConfig } from './config.schema.ts';

/**
 * A configuration of GRUB that starts the first entry (GNU GRUB manual, "Writing full configuration files directly"). Kernels are named by
 * their paths on the device that the configuration was read from, where `/boot/boot` leads to `/boot` in either case. `environment` is
 * the path of the environment block from the root of the system.
 */
export function menuText(
  entries: readonly BootMenuEntry[],
  { timeout, counting }: GrubConfig,
  environment = 'boot/grub2/grubenv',
): string {
  const head = [
    '# Written by ostrata from the entries in /boot/loader/entries, with every new deployment.',
    'set default=0',
    `set timeout=${timeout}`,
    'if [ x$feature_all_video_module = xy ]; then insmod all_video; fi',
    'insmod gzio',
    ...(counting > 0 && entries.length > 1 ? countingLines(menuId(entries), counting, `/${environment}`) : []),
    'if [ -s $prefix/user.cfg ]; then source $prefix/user.cfg; fi',
  ];
  return [...head, ...entries.flatMap(format)].map((line) => `${line}\n`).join('');
}

/** Tells menus apart: a menu that GRUB has not started yet begins to be counted. */
export const menuId = (entries: readonly BootMenuEntry[]): string =>
  createHash('sha256')
    .update(JSON.stringify(entries.map(({ linux, options }) => [linux, options])))
    .digest('hex')
    .slice(0, 16);

/**
 * Counts in variables that greenboot knows: `boot_counter` goes down with each start until `boot_success` is 1, and when it was 0 the second
 * entry is started, with -1 from then on. GRUB's language has no arithmetic.
 */
function countingLines(id: string, counting: number, environment: string): string[] {
  const steps = Array.from({ length: counting }, (_, index) => counting - index);
  return [
    `if [ -s ${environment} ]; then`,
    `  load_env --file ${environment} boot_menu boot_counter boot_success`,
    `  if [ "$boot_menu" != "${id}" ]; then`,
    `    set boot_menu=${id}`,
    `    set boot_counter=${counting}`,
    '    set boot_success=0',
    '  fi',
    '  if [ "$boot_success" != "1" ]; then',
    '    if [ "$boot_counter" = "0" -o "$boot_counter" = "-1" ]; then',
    '      set default=1',
    '      set boot_counter=-1',
    ...steps.map((left) => `    elif [ "$boot_counter" = "${left}" ]; then set boot_counter=${left - 1}`),
    '    fi',
    `    save_env --file ${environment} boot_menu boot_counter boot_success`,
    '  fi',
    'fi',
  ];
}

function format(entry: BootMenuEntry, index: number): string[] {
  const lines = [
    `menuentry ${quote(entry.title)} --class gnu-linux --class gnu --class os --unrestricted ${quote(`ostree-${index}`)} {`,
    '  set gfxpayload=keep',
    `  linux /boot${entry.linux} ${escapeWords(entry.options)}`,
  ];
  if (entry.initrds.length > 0) lines.push(`  initrd ${entry.initrds.map((path) => `/boot${path}`).join(' ')}`);
  if (entry.deviceTree !== null) lines.push(`  devicetree /boot${entry.deviceTree}`);
  return [...lines, '}'];
}

/** What a configuration on the EFI system partition has to be, once and for all: it leads to the menu that follows the swap. */
export const EFI_TEXT = [
  '# Written by ostrata, once: the menu is in /boot/loader.',
  'search --no-floppy --set=root --file /boot/loader/grub.cfg',
  'configfile ($root)/boot/loader/grub.cfg',
  '',
].join('\n');

/** The id of the menu whose starts a configuration counts; null for one that does not count. */
export const countedMenu = (text: string): string | null => /\$boot_menu" != "([0-9a-f]+)"/.exec(text)?.[1] ?? null;

/** The kernel command lines of a configuration written by `menuText`. */
export function commandLines(text: string): string[] {
  return [...text.matchAll(/^ {2}linux \S+ (.*)$/gm)].map(([, options]) => options!.replace(/\\(.)/g, '$1'));
}

/** Single quotes take everything but themselves. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Arguments as words of GRUB's language: what has a meaning there loses it. Spaces stay: they part arguments. */
const escapeWords = (options: string): string => options.replace(/[\\"'${}|&;<>]/g, '\\$&');
