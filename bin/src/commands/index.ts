import type { Command } from '@oclif/core';
import { pluginCommands } from '../plugins/commands.ts';
import { BUILT_IN, builtInCommand } from './built-in.ts';
import { loadable } from './entry.ts';

/** Needs all commands although it is one of the command line's own. */
const ABOUT_ALL = 'completion';

/** The commands that `argv` may be about: the built-in one that its first words name, or all. */
export async function commandsFor(argv: readonly string[]): Promise<Command.Loadable[]> {
  const own = builtInCommand(argv);
  if (own !== undefined && own.id !== ABOUT_ALL) return [await loadable(own)];
  return Promise.all([...(await pluginCommands(argv)), ...BUILT_IN].map(loadable));
}
