import type { Command } from '@oclif/core';
import { pluginCommands } from '../plugins/commands.ts';
import { type CommandEntry, loadable, wordsOf } from './entry.ts';

/** Commands of the command line itself; completion is about all commands. */
const BUILT_IN: readonly CommandEntry[] = [
  { id: 'apply', load: async () => (await import('./apply.ts')).default },
  { id: 'completion', load: async () => (await import('./completion.ts')).default },
  { id: 'compose:tree', load: async () => (await import('./compose/tree.ts')).default },
  { id: 'config:explain', load: async () => (await import('./config/explain.ts')).default },
  { id: 'plugins', load: async () => (await import('./plugins.ts')).default },
];
const ABOUT_ALL = 'completion';

/**
 * The commands that `argv` may be about: the one that its first words name, and all where they name none, or all are to be shown. Plugins
 * are loaded for their verbs only when no built-in command was asked for: start-up stays short.
 */
export async function commandsFor(argv: readonly string[]): Promise<Command.Loadable[]> {
  const own = named(argv, BUILT_IN);
  if (own !== undefined && own.id !== ABOUT_ALL) return [await loadable(own)];
  const verbs = await pluginCommands(argv);
  const verb = named(argv, verbs);
  if (verb !== undefined) return [await loadable(verb)];
  return Promise.all([...verbs, ...BUILT_IN].map(loadable));
}

/** The entry with the longest name among those whose names `argv` begins with. */
function named(argv: readonly string[], entries: readonly CommandEntry[]): CommandEntry | undefined {
  const length = (id: string) => {
    const words = wordsOf(id);
    return words.every((word, i) => argv[i] === word) ? words.length : 0;
  };
  const found = entries.map((entry) => ({
    entry,
    length: Math.max(...[entry.id, ...(entry.aliases ?? [])].map(length)),
  }));
  return found.filter((candidate) => candidate.length > 0).sort((a, b) => b.length - a.length)[0]?.entry;
}
