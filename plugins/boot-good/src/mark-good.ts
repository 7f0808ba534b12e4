import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BOOTLOADER, type CommandInput, type CommandResult, type Context } from '@ostrata/contract';

/** Tells every boot loader that recognises the system: one that did not start it counts nothing. */
export async function markGood({ flags }: CommandInput, ctx: Context): Promise<CommandResult> {
  const sysroot = resolve(String(flags['sysroot']));
  const options = readFileSync(String(flags['cmdline']), 'utf8').trim();
  const told: string[] = [];
  for (const key of ctx.keys(BOOTLOADER)) {
    const loader = await ctx.get(BOOTLOADER, key);
    if (loader.markGood === undefined || (await loader.probe(sysroot, ctx)) === 0) continue;
    await loader.markGood(sysroot, options, ctx);
    told.push(key);
  }
  const text = told.length > 0 ? `Told ${told.join(' and ')} that this system works.` : 'No boot loader counts here.';
  return { data: { bootloaders: told }, text: `${text}\n` };
}
