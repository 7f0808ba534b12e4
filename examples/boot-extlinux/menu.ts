import { type BootMenuEntry, HostError } from '@ostrata/contract';

/**
 * The text of extlinux.conf (wiki.syslinux.org, "Config"). Kernels are named from the root of the file system that it is on: `/boot/boot`
 * leads back to `/boot` where that is one of its own.
 */
export function menuText(entries: readonly BootMenuEntry[], timeout: number): string {
  const head = ['# Written with every new deployment.', 'DEFAULT ostree-0', `TIMEOUT ${timeout}`, 'PROMPT 0'];
  return [...head, ...entries.flatMap(format)].map((line) => `${line}\n`).join('');
}

function format(entry: BootMenuEntry, index: number): string[] {
  const { title, linux, initrds, deviceTree, deviceTreeDirectory, options } = entry;
  const lines = ['', `LABEL ostree-${index}`, `  MENU LABEL ${title}`, `  LINUX /boot${linux}`];
  if (initrds.length > 0) lines.push(`  INITRD ${initrds.map((path) => `/boot${path}`).join(',')}`);
  if (deviceTree !== null) lines.push(`  FDT /boot${deviceTree}`);
  if (deviceTreeDirectory !== null) lines.push(`  FDTDIR /boot${deviceTreeDirectory}`);
  lines.push(`  APPEND ${options}`);
  for (const line of lines) checkLine(line);
  return lines;
}

function checkLine(line: string): void {
  if (!/[\r\n]/.test(line)) return;
  throw new HostError('EXTLINUX_TEXT', `A boot entry has a line break: ${JSON.stringify(line)}.`, {
    hint: 'Look for it in the kernel arguments or the name of the system.',
    data: { line },
  });
}

/** The kernel command lines of a text, in the order of its menu. */
export const commandLines = (text: string): string[] =>
  [...text.matchAll(/^ {2}APPEND (.*)$/gm)].map(([, options]) => options!);
