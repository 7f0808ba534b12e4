import { createHost, type Host } from '@ostrata/core';
import { loadSettings } from '../config/load.ts';
import { loadPlugins } from '../plugins/resolve.ts';
import { type HostFlags, readEnvironment } from './environment.ts';
import { execPlugin } from './exec.ts';

/** A host with the configured plugins. */
export async function openHost(configFiles: readonly string[], flags: HostFlags = {}): Promise<Host> {
  const { settings } = await loadSettings(configFiles);
  const environment = readEnvironment(settings, flags);
  const plugins = await loadPlugins(settings, environment.uid);
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
