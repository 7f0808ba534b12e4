import { createHost, type Host } from '@ostrata/core';
import { type Configured, loadConfigured } from '../plugins/configured.ts';
import { type HostFlags, readEnvironment } from './environment.ts';
import { execPlugin } from './exec.ts';

/** A host with the plugins of the given configuration files, or with those that are loaded already. */
export async function openHost(
  configFiles: readonly string[],
  flags: HostFlags = {},
  configured?: Configured,
): Promise<Host> {
  const { settings, plugins } = configured ?? (await loadConfigured(configFiles));
  const environment = readEnvironment(settings, flags);
  const config: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(settings.plugins)) {
    if (entry.enabled !== false && entry.config !== undefined) config[name] = entry.config;
  }
  return createHost({
    plugins: [{ plugin: execPlugin, origin: 'built in' }, ...plugins],
    config,
    capabilities: settings.capabilities,
    environment,
  });
}
