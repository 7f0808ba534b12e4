import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const CONFIG = { esp: null, boot: null, sortKey: 'ostree' };

/** What `bootctl install` leaves on a partition, as far as the plugin looks. */
export function installLoader(esp: string): void {
  mkdirSync(join(esp, 'EFI/systemd'), { recursive: true });
  writeFileSync(join(esp, 'EFI/systemd/systemd-bootx64.efi'), 'MZ');
  mkdirSync(join(esp, 'loader/entries'), { recursive: true });
  writeFileSync(join(esp, 'loader/loader.conf'), '#timeout 3\n');
  writeFileSync(join(esp, 'loader/random-seed'), 'seed');
}
