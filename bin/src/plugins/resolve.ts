import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { HostError, type Plugin } from '@ostrata/core';
import { BUILT_IN } from '../config/defaults.ts';
import type { Settings } from '../config/schema.ts';
import type { Code } from '../errors.ts';
import { assertTrusted } from './trust.ts';

/** Where distributions put plugins of third parties. */
export const PLUGIN_DIRECTORY = '/usr/lib/ostrata/plugins';

export interface LoadedPlugin {
  readonly plugin: Plugin;
  /** File it was loaded from. */
  readonly origin: string;
}

/** Loads the enabled plugins, in their order. */
export async function loadPlugins(settings: Settings, uid: number): Promise<LoadedPlugin[]> {
  const names = Object.keys(settings.plugins).filter((name) => settings.plugins[name]?.enabled !== false);
  const first = settings.order.filter((name) => names.includes(name));
  const ordered = [...first, ...names.filter((name) => !first.includes(name))];
  return Promise.all(ordered.map((name) => loadPlugin(name, settings.plugins[name]?.module, uid)));
}

async function loadPlugin(name: string, module: string | undefined, uid: number): Promise<LoadedPlugin> {
  const origin = locate(name, module);
  const builtIn = module === undefined && name in BUILT_IN;
  if (!builtIn) assertTrusted(origin, uid);
  let exported: { default?: unknown };
  try {
    exported = await import(pathToFileURL(origin).href);
  } catch (cause) {
    throw new HostError<Code>(
      'PLUGIN_NOT_LOADABLE',
      `The plugin "${name}" at ${origin} failed to load: ${(cause as Error).message}`,
      {
        cause,
        data: { plugin: name, file: origin },
        hint: `Disable it with "plugins: {${name}: {enabled: false}}", or mend it.`,
      },
    );
  }
  const plugin = exported.default;
  if (typeof plugin !== 'object' || plugin === null) {
    throw new HostError<Code>('PLUGIN_NOT_LOADABLE', `${origin} has no plugin as its default export.`, {
      data: { plugin: name, file: origin },
      hint: 'A plugin module says "export default definePlugin({ … })".',
    });
  }
  return { plugin: plugin as Plugin, origin };
}

/** Finds a plugin's main file: a path, an npm package below the install prefix, or a file or package in {@link PLUGIN_DIRECTORY}. */
function locate(name: string, module: string | undefined): string {
  const specifiers =
    module !== undefined ? [module] : name in BUILT_IN ? [BUILT_IN[name] as string] : [`ostrata-plugin-${name}`, name];
  const tried: string[] = [];
  for (const specifier of specifiers) {
    tried.push(specifier);
    if (isAbsolute(specifier)) {
      const file = entryOf(specifier);
      if (file !== undefined) return file;
      continue;
    }
    try {
      return fileURLToPath(import.meta.resolve(specifier));
    } catch {
      // Not under the install prefix; the plugin directory is next.
    }
    for (const ending of ['', '.js', '.mjs', '.ts']) {
      const file = entryOf(join(PLUGIN_DIRECTORY, specifier + ending));
      if (file !== undefined) return file;
    }
  }
  throw new HostError<Code>(
    'PLUGIN_NOT_FOUND',
    `The plugin "${name}" cannot be found (looked for ${tried.join(', ')}).`,
    {
      data: { plugin: name, tried },
      hint: `Install it beside ostrata or in ${PLUGIN_DIRECTORY}, or name its file with "plugins: {${name}: {module: /path}}".`,
    },
  );
}

/** A file, or the main file of a package directory. */
function entryOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  if (statSync(path).isFile()) return path;
  const manifest = join(path, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const { exports, main } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: unknown; main?: string };
  const entry = typeof exports === 'string' ? exports : (main ?? 'index.js');
  return join(path, entry);
}
