import { hash } from 'node:crypto';
import { join } from 'node:path';
import { type Context, HostError, type Kernel, SANDBOX, type Tree } from '@ostrata/contract';
import { CpioReader, writeCpio } from '@ostrata/cpio';
import { FileCache } from './cache/file-cache.ts';
import type { Code } from './errors.ts';
import { idsOf, lookupThrough } from './tree-paths.ts';

const S_IFREG = 0o100000;

/**
 * Lists the kernel's modules and what they need (depmod(8)), in the sandbox; the lists are taken from the cache where modules,
 * configuration and program are the same. Nothing is done in a tree without modules or without depmod.
 */
export async function depmod(tree: Tree, kernel: Kernel, useCache: boolean, ctx: Context): Promise<void> {
  const program = lookupThrough(tree, 'usr/sbin/depmod') ?? lookupThrough(tree, 'usr/bin/depmod');
  if (program === undefined || tree.lookup(`${kernel.directory}/kernel`) === undefined) return;
  const inputs = [kernel.directory, 'usr/sbin/depmod', 'usr/bin/depmod', 'etc/depmod.d', 'usr/lib/depmod.d'];
  const key = hash(
    'sha256',
    JSON.stringify(['depmod', 1, kernel.version, inputs.map((path) => idsOf(tree, path, 'content'))]),
  );
  const cache = new FileCache(join(ctx.environment.cacheDir, 'initramfs'));
  const kept = useCache ? cache.get(`${key}.depmod`) : undefined;
  if (kept !== undefined) {
    const reader = new CpioReader(kept);
    for (let entry = reader.next(); entry?.kind === 'file'; entry = reader.next()) {
      const { name, mode } = entry.header;
      tree.writeFile(`${kernel.directory}/${name}`, reader.bytes(), { mode, uid: 0, gid: 0, xattrs: [] });
    }
    return;
  }
  const made = await runDepmod(tree, kernel, ctx);
  if (useCache) cache.set(`${key}.depmod`, Buffer.concat([...writeCpio(made)]));
}

async function runDepmod(tree: Tree, kernel: Kernel, ctx: Context) {
  const root = await tree.materialize(ctx);
  const sandbox = await ctx.get(SANDBOX);
  const result = await sandbox.run(
    {
      root,
      argv: ['depmod', '-a', kernel.version],
      profile: 'tool',
      writable: 'usr-etc',
      wrappers: false,
      label: 'depmod',
    },
    ctx,
  );
  if (result.code !== 0) {
    throw new HostError<Code>('KERNEL_DEPMOD', `depmod ended with code ${result.code}: ${result.tail.at(-1) ?? ''}`, {
      data: { kernel: kernel.version, output: [...result.tail] },
      hint: 'See whether all packages with modules are of this kernel.',
    });
  }
  const inside = `${kernel.directory}/`;
  return (await tree.absorb(root, ctx))
    .filter((path) => path.startsWith(inside) && tree.lookup(path)?.type === 'file')
    .map((path) => ({ name: path.slice(inside.length), mode: S_IFREG | 0o644, content: tree.readFile(path) }));
}
