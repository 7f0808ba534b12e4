import type { BootMenuEntry } from '@ostrata/contract';

/** Paths of an entry as the boot loader sees them, from the root of its partition. */
export interface PlacedEntry extends BootMenuEntry {
  readonly sortKey: string;
  readonly generation: number;
  readonly rank: number;
}

/**
 * An entry of the Boot Loader Specification, type #1. Where there is a sort key, systemd-boot orders by it and then by the version, the
 * newest first: so the version has what the name has.
 */
export function formatEntry(entry: PlacedEntry): string {
  const lines = [
    `title ${entry.title}`,
    `version ${entry.generation}.${entry.rank}`,
    `sort-key ${entry.sortKey}`,
    `options ${entry.options}`,
    `linux ${entry.linux}`,
    ...entry.initrds.map((path) => `initrd ${path}`),
  ];
  if (entry.deviceTree !== null) lines.push(`devicetree ${entry.deviceTree}`);
  for (const [key, value] of Object.entries(entry.extra)) if (key !== 'sort-key') lines.push(`${key} ${value}`);
  return lines.map((line) => `${line}\n`).join('');
}

/** The values of a key, in order. */
export function valuesOf(text: string, key: string): string[] {
  const values: string[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z][^ \t]*)[ \t]+(.*?)\s*$/.exec(line);
    if (match?.[1] === key) values.push(match[2]!);
  }
  return values;
}

/** Keys that name files on the partition. */
const FILES = ['linux', 'initrd', 'devicetree', 'efi', 'uki', 'devicetree-overlay'];

/** What files an entry needs, from the root of the partition. */
export const filesOf = (text: string): string[] => FILES.flatMap((key) => valuesOf(text, key));

/** What an entry starts, without its place in the menu. */
export const bodyOf = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('version ') && !line.startsWith('sort-key '))
    .join('\n');
