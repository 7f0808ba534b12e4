import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BOOTLOADER, type Bootloader, type Context, type Terminal } from '@ostrata/contract';
import { KeyFile } from '../../repo/key-file.ts';
import type { MenuWriter } from '../../sysroot/boot-menu.ts';
import type { Sysroot } from '../../sysroot/sysroot.ts';
import { VerbError } from '../error.ts';

/** Names of libostree's `sysroot.bootloader` whose plugins are called otherwise. */
const NAMES: Readonly<Record<string, string>> = { grub2: 'grub' };

/** The repository's settings of the system: which boot loader, and what entries other than the default get. */
export interface SysrootSettings {
  /** `auto` asks all, `none` leaves everything to the entries. */
  readonly bootloader: string;
  readonly append: ReadonlyMap<string, string>;
}

export function sysrootSettings({ path }: Sysroot): SysrootSettings {
  const config = KeyFile.parse(readFileSync(join(path, 'ostree/repo/config'), 'utf8'));
  const append = new Map<string, string>();
  for (const pair of (config.get('sysroot', 'bls-append-except-default') ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0) append.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return { bootloader: config.get('sysroot', 'bootloader') ?? 'auto', append };
}

/** Writes by the boot loader that the settings name, or that recognises the system. The host is opened for it only here. */
export function menuWriter({ withContext }: Terminal, { bootloader }: SysrootSettings): MenuWriter | null {
  if (bootloader === 'none') return null;
  return {
    write: (menu) => withContext(async (ctx) => (await choose(ctx, bootloader, menu.sysroot))?.write(menu, ctx)),
    activate: (menu) =>
      withContext(async (ctx) => (await choose(ctx, bootloader, menu.sysroot))?.activate?.(menu, ctx)),
  };
}

async function choose(ctx: Context, wanted: string, sysroot: string): Promise<Bootloader | null> {
  const keys = ctx.keys(BOOTLOADER);
  if (wanted !== 'auto') {
    const key = NAMES[wanted] ?? wanted;
    if (keys.includes(key)) return ctx.get(BOOTLOADER, key);
    throw new VerbError(`Invalid bootloader configuration: '${wanted}'`);
  }
  let best: { readonly loader: Bootloader; readonly certainty: number } | null = null;
  for (const key of keys) {
    const loader = await ctx.get(BOOTLOADER, key);
    const certainty = await loader.probe(sysroot, ctx);
    if (certainty > (best?.certainty ?? 0)) best = { loader, certainty };
  }
  return best?.loader ?? null;
}
