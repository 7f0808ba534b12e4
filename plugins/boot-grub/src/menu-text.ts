import type { BootMenuEntry } from '@ostrata/contract';

/**
 * A configuration of GRUB that starts the first entry (GNU GRUB manual, "Writing full configuration files directly"). Kernels are named by
 * their paths on the device that the configuration was read from, where `/boot/boot` leads to `/boot` in either case.
 */
export function menuText(entries: readonly BootMenuEntry[], { timeout }: { readonly timeout: number }): string {
  const head = [
    '# Written by ostrata from the entries in /boot/loader/entries, with every new deployment.',
    'set default=0',
    `set timeout=${timeout}`,
    'if [ x$feature_all_video_module = xy ]; then insmod all_video; fi',
    'insmod gzio',
    'if [ -s $prefix/user.cfg ]; then source $prefix/user.cfg; fi',
  ];
  return [...head, ...entries.flatMap(format)].map((line) => `${line}\n`).join('');
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

/** The kernel command lines of a configuration written by `menuText`. */
export function commandLines(text: string): string[] {
  return [...text.matchAll(/^ {2}linux \S+ (.*)$/gm)].map(([, options]) => options!.replace(/\\(.)/g, '$1'));
}

/** Single quotes take everything but themselves. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Arguments as words of GRUB's language: what has a meaning there loses it. Spaces stay: they part arguments. */
const escapeWords = (options: string): string => options.replace(/[\\"'${}|&;<>]/g, '\\$&');
