import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { BOOTLOADER, type Context, type Deployment } from '@ostrata/contract';
import type { System } from '../system.ts';

/**
 * The deployment that the boot loader would start now. A loader that counts starts goes past a default whose starts are used up. Null where it
 * starts something else, or is not known.
 */
export async function nextStart({ sysroot, deployments }: System, ctx: Context): Promise<Deployment | null> {
  const probed = await Promise.all(
    ctx.keys(BOOTLOADER).map(async (key) => {
      const loader = await ctx.get(BOOTLOADER, key);
      return { loader, sure: await loader.probe(sysroot, ctx) };
    }),
  );
  const best = probed.filter(({ sure }) => sure > 0).sort((a, b) => b.sure - a.sure)[0];
  const [options = ''] = (await best?.loader.current(sysroot)) ?? [];
  const id = deploymentOf(sysroot, options);
  return deployments.find((one) => one.id === id) ?? null;
}

/** The default, where the boot loader has given it up and the running deployment is what it starts in its place. */
export async function passedOver(system: System, ctx: Context): Promise<Deployment | null> {
  const { booted, deployments } = system;
  const first = deployments.find(({ state }) => state === 'active');
  if (booted === null || first === undefined || first === booted) return null;
  return (await nextStart(system, ctx)) === booted ? first : null;
}

/** `OS-CHECKSUM.SERIAL` of what `ostree=` of a kernel command line leads to. */
function deploymentOf(sysroot: string, options: string): string | null {
  const link = /(?:^| )ostree=(\S+)/.exec(options)?.[1];
  if (link === undefined) return null;
  try {
    const [, os, name] =
      /\/deploy\/([^/]+)\/deploy\/([0-9a-f]{64}\.\d+)$/.exec(readlinkSync(join(sysroot, link))) ?? [];
    return name === undefined ? null : `${os}-${name}`;
  } catch {
    return null;
  }
}
