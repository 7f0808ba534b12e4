import { readFileSync } from 'node:fs';
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

export function sysrootSettings({ path }: Sysroot): SysrootSettings {
  const config = KeyFile.parse(readFileSync(join(path, 'ostree/repo/config'), 'utf8'));
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
