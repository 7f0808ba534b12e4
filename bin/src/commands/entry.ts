import type { Command } from '@oclif/core';

/** A command that has not been loaded. */
export interface CommandEntry {
  /** Words, separated by colons. */
  readonly id: string;
  load(): Promise<Command.Class>;
}

/** A command in the form in which oclif keeps it. */
export async function loadable({ id, load }: CommandEntry): Promise<Command.Loadable> {
  const command = await load();
  command.id = id;
  const { summary, description, examples, strict, args, flags, usage } = command;
  return {
    id,
    aliases: command.aliases,
    hiddenAliases: command.hiddenAliases,
    hidden: command.hidden ?? false,
    summary,
    description,
    examples,
    strict,
    usage,
    args: namedBy(args),
    flags: namedBy(flags),
    load: async () => command,
  };
}

function namedBy<T extends object>(members: { readonly [name: string]: T } = {}): Record<string, T & { name: string }> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, { ...member, name }]));
}
