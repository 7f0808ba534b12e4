import { loadSettings } from '../config/load.ts';
import type { Settings } from '../config/schema.ts';
import { type LoadedPlugin, loadPlugins } from './resolve.ts';

/** The configuration in force, with the plugins it names. */
export interface Configured {
  readonly settings: Settings;
  readonly plugins: readonly LoadedPlugin[];
}

export async function loadConfigured(files: readonly string[]): Promise<Configured> {
  const { settings } = await loadSettings(files);
  return { settings, plugins: await loadPlugins(settings, process.geteuid?.() ?? 0) };
}

/** The configuration files that a command line names, before it is known what else it says. */
export function configFiles(argv: readonly string[]): string[] {
  return argv.flatMap((word, i) => {
    if (word.startsWith('--config=')) return [word.slice('--config='.length)];
    return word === '--config' && argv[i + 1] !== undefined ? [argv[i + 1] as string] : [];
  });
}
