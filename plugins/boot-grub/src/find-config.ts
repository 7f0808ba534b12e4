import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Where GRUB reads its menu from. */
export interface GrubPlace {
  readonly path: string;
  /**
   * - `swapped`: a link into `/boot/loader`, so that the swap changes it.
   * - `entries`: the configuration reads entries by itself (`blscfg`).
   * - `efi`: a file on the EFI system partition, which has no links.
   * - `foreign`: a file that somebody else makes.
   */
  readonly kind: 'swapped' | 'entries' | 'efi' | 'foreign';
}

const BIOS = ['boot/grub2/grub.cfg', 'boot/grub/grub.cfg'];
const EFI = 'boot/efi/EFI';

/** Null where there is no GRUB. */
export function findConfig(sysroot: string): GrubPlace | null {
  for (const name of BIOS) {
    const path = join(sysroot, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() && /^\.\.\/loader\/grub\.cfg$/.test(readlinkSync(path)))
      return { path, kind: 'swapped' };
    if (stat) return { path, kind: readsEntries(path) ? 'entries' : 'foreign' };
  }
  for (const vendor of namesIn(join(sysroot, EFI))) {
    const path = join(sysroot, EFI, vendor, 'grub.cfg');
    if (vendor === 'BOOT' || !lstatSync(path, { throwIfNoEntry: false })) continue;
    return { path, kind: readsEntries(path) ? 'entries' : 'efi' };
  }
  return null;
}

function readsEntries(path: string): boolean {
  try {
    return /^\s*(?:blscfg|source .*loader\/grub\.cfg|configfile .*loader\/grub\.cfg)\b/m.test(
      readFileSync(path, 'utf8'),
    );
  } catch {
    return false;
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
