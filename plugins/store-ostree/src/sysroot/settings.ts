import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyFile } from '../repo/key-file.ts';
import type { Sysroot } from './sysroot.ts';
import type { EntryStyle } from './write-entries.ts';

/** What the config of a system's repository says of the system, in its group `sysroot`. */
export interface SysrootSettings {
  /** `auto` asks all, `none` leaves everything to the entries. */
  readonly bootloader: string;
  readonly style: EntryStyle;
}

/** Names of libostree's `sysroot.bootloader` whose plugins are called otherwise. */
const LOADERS: Readonly<Record<string, string>> = { grub2: 'grub' };

/** The key of the boot loader that a system's config names; undefined where all are to be asked. */
export function namedLoader(bootloader: string): string | undefined {
  return bootloader === 'auto' ? undefined : (LOADERS[bootloader] ?? bootloader);
}

/** The same for the system below a path, whoever makes its deployments. */
export function configuredLoader(sysroot: string): string | undefined {
  return existsSync(configOf(sysroot)) ? namedLoader(sysrootSettings({ path: sysroot }).bootloader) : undefined;
}

const configOf = (sysroot: string): string => join(sysroot, 'ostree/repo/config');

export function sysrootSettings({ path }: Pick<Sysroot, 'path'>): SysrootSettings {
  const config = KeyFile.parse(readFileSync(configOf(path), 'utf8'));
  const append = new Map<string, string>();
  for (const pair of (config.get('sysroot', 'bls-append-except-default') ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0) append.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  const tries = Number(config.get('sysroot', 'boot-counting-tries') ?? 0);
  return {
    bootloader: config.get('sysroot', 'bootloader') ?? 'auto',
    style: {
      append,
      bootPrefix: config.get('sysroot', 'bootprefix') === 'true',
      tries: Number.isSafeInteger(tries) && tries > 0 ? tries : 0,
    },
  };
}
