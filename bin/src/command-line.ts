import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interfaces } from '@oclif/core';
import { commandsFor } from './commands/index.ts';

/**
 * This package as what oclif calls a plugin, with the commands that `argv` may be about. Said in so many words oclif looks for nothing in
 * the file system, and loads no command but the one that runs.
 */
export async function commandLine(root: string, argv: readonly string[]): Promise<Map<string, Interfaces.Plugin>> {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Interfaces.PJSON;
  const { name, version } = pjson;
  const commands = await commandsFor(argv);
  const find = (id: string) => commands.find((command) => command.id === id)?.load();
  const topics = Object.entries(pjson.oclif.topics ?? {});
  const plugin: Interfaces.Plugin = {
    _base: '',
    alias: name,
    commandIDs: commands.map(({ id }) => id),
    commands,
    commandsDir: undefined,
    findCommand: find as Interfaces.Plugin['findCommand'],
    hasManifest: false,
    hooks: {},
    isRoot: true,
    load: async () => {},
    moduleType: 'module',
    name,
    options: { root },
    pjson,
    root,
    topics: topics.map(([topic, value]) => ({ ...value, name: topic })),
    type: 'core',
    valid: true,
    version,
  };
  return new Map([[name, plugin]]);
}
