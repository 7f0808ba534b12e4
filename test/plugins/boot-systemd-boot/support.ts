import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BootMenuEntry } from '@ostrata/contract';

export const CONFIG = { esp: null, boot: null, sortKey: 'ostree' };

/** What `bootctl install` leaves on a partition, as far as the plugin looks. */
export function installLoader(esp: string): void {
  mkdirSync(join(esp, 'EFI/systemd'), { recursive: true });
  writeFileSync(join(esp, 'EFI/systemd/systemd-bootx64.efi'), 'MZ');
  mkdirSync(join(esp, 'loader/entries'), { recursive: true });
  writeFileSync(join(esp, 'loader/loader.conf'), '#timeout 3\n');
  writeFileSync(join(esp, 'loader/random-seed'), 'seed');
}

/** An entry of a deployment whose kernel has the name of a letter. */
export function entryOf(letter: string, half: 0 | 1): BootMenuEntry {
  const directory = `/ostree/os-${letter.repeat(64)}`;
  return {
    title: `Sample ${letter}`,
    version: '1',
    linux: `${directory}/vmlinuz-6.1`,
    initrds: [`${directory}/initramfs-6.1.img`],
    options: `root=LABEL=root ostree=/ostree/boot.${half}/os/${letter}/0`,
    deviceTree: null,
    deviceTreeDirectory: null,
    tries: null,
    extra: {},
  };
}
