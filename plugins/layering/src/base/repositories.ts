import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Deployment, Json, SourceRef } from '@ostrata/contract';
import { SOURCE_DEFINITIONS } from '@ostrata/source-definitions';
import type { LayeringConfig } from '../config.schema.ts';

/** Where a system has its .repo files, below its root. */
const PLACES = ['etc/yum.repos.d', 'etc/distro.repos.d'];

/** The root of a deployment, whose /etc says where its packages come from. */
export function rootOf(sysroot: string, { target, serial }: Deployment): string {
  return join(sysroot, 'ostree/deploy', target.os, 'deploy', `${target.commit}.${serial}`);
}

/** The repositories that are enabled, of the kinds that plugins know files for. What is wrong with one of them is thrown. */
export async function enabledRepositories(root: string, config: LayeringConfig, ctx: Context): Promise<SourceRef[]> {
  const places = config.reposdir ?? PLACES.map((place) => join(root, place)).filter((place) => existsSync(place));
  const releasever = config.releasever ?? releaseOf(root);
  const variables: Record<string, string> = releasever === null ? {} : { releasever };
  const found: SourceRef[] = [];
  for (const kind of ctx.keys(SOURCE_DEFINITIONS)) {
    const definitions = await (await ctx.get(SOURCE_DEFINITIONS, kind)).read(places, variables, ctx);
    for (const { enabled, source, problem } of definitions) {
      if (!enabled) continue;
      if (problem !== null) throw problem;
      if (source !== null) found.push(within(root, source));
    }
  }
  return found;
}

/** Options of .repo files that name files of the system. */
const FILES = ['gpgkey', 'sslcacert', 'sslclientcert', 'sslclientkey'];

/** Keys and certificates are those of the system that packages are laid over, where it has them. */
function within(root: string, source: SourceRef): SourceRef {
  const place = (value: Json): Json => {
    if (typeof value !== 'string') return Array.isArray(value) ? value.map(place) : value;
    const [, scheme = '', path] = /^(file:\/\/)?(\/.*)$/.exec(value) ?? [];
    return path !== undefined && existsSync(join(root, path)) ? `${scheme}${join(root, path)}` : value;
  };
  const options = Object.entries(source.options).map(([name, value]) => [
    name,
    FILES.includes(name) ? place(value) : value,
  ]);
  return { ...source, options: Object.fromEntries(options) };
}

/** VERSION_ID of a system (os-release(5)); null where it says none. */
function releaseOf(root: string): string | null {
  for (const file of ['etc/os-release', 'usr/lib/os-release']) {
    if (!existsSync(join(root, file))) continue;
    return /^VERSION_ID=(["']?)([\w.-]+)\1\s*$/m.exec(readFileSync(join(root, file), 'utf8'))?.[2] ?? null;
  }
  return null;
}
