import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Where GRUB reads its menu from. */
export interface GrubPlace {
  readonly path: string;
  /**
   * - `swapped`: it leads into `/boot/loader`, so that the swap changes it.
   * - `entries`: the configuration reads entries by itself (`blscfg`), or is one of bootupd's that do.
   * - `efi`: a file on the EFI system partition that does not lead there yet.
   * - `foreign`: a file that somebody else makes.
   */
  readonly kind: 'swapped' | 'entries' | 'efi' | 'foreign';
}

const BIOS = ['boot/grub2/grub.cfg', 'boot/grub/grub.cfg'];
const EFI = ['boot/efi/EFI', 'efi/EFI'];

/** Null where there is no GRUB. */
export function findConfig(sysroot: string): GrubPlace | null {
  for (const name of BIOS) {
    const path = join(sysroot, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() && /^\.\.\/loader\/grub\.cfg$/.test(readlinkSync(path)))
      return { path, kind: 'swapped' };
    if (stat) return { path, kind: isOfBootupd(sysroot) ? 'entries' : (kindOf(path) ?? 'foreign') };
  }
  for (const root of EFI) {
    for (const vendor of namesIn(join(sysroot, root))) {
      const path = join(sysroot, root, vendor, 'grub.cfg');
      if (vendor === 'BOOT' || !lstatSync(path, { throwIfNoEntry: false })) continue;
      return { path, kind: kindOf(path) ?? 'efi' };
    }
  }
  return null;
}

function kindOf(path: string): 'entries' | 'swapped' | null {
  const text = readText(path);
  if (/^\s*blscfg\b/m.test(text)) return 'entries';
  return /^\s*(?:source|configfile) .*loader\/grub\.cfg\b/m.test(text) ? 'swapped' : null;
}

/** Configurations that bootupd installed read entries; its state says whether it did (as ostree-bootloader-grub2.c asks it). */
function isOfBootupd(sysroot: string): boolean {
  try {
    const state: unknown = JSON.parse(readText(join(sysroot, 'boot/bootupd-state.json')));
    return typeof state === 'object' && state !== null && (state as Record<string, unknown>)['static-configs'] != null;
  } catch {
    return false;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
