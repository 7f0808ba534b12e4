import { BOOTLOADER, type Bootloader, type Context, type Terminal } from '@ostrata/contract';
import { activateMenu, type MenuWriter, showsMenu } from '../../sysroot/boot-menu.ts';
import { namedLoader, type SysrootSettings } from '../../sysroot/settings.ts';
import { VerbError } from '../error.ts';

/** Writes by the boot loader that the settings name, or that recognises the system. The host is opened for it only here. */
export function menuWriter({ withContext }: Terminal, { bootloader }: SysrootSettings): MenuWriter | null {
  if (bootloader === 'none') return null;
  return {
    write: (menu) => withContext(async (ctx) => (await choose(ctx, bootloader, menu.sysroot))?.write(menu, ctx)),
    activates: (sysroot) =>
      withContext(async (ctx) => (await choose(ctx, bootloader, sysroot))?.activate !== undefined),
    activate: (menu) =>
      withContext(async (ctx) => {
        const loader = await choose(ctx, bootloader, menu.sysroot);
        return loader !== null && activateMenu(loader, menu, ctx);
      }),
    isCurrent: (menu) =>
      withContext(async (ctx) => {
        const loader = await choose(ctx, bootloader, menu.sysroot);
        return loader !== null && showsMenu(loader, menu);
      }),
  };
}

async function choose(ctx: Context, wanted: string, sysroot: string): Promise<Bootloader | null> {
  const keys = ctx.keys(BOOTLOADER);
  const key = namedLoader(wanted);
  if (key !== undefined) {
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
