import { Args, Command, Flags } from '@oclif/core';
import type {
  ArgSpec,
  CommandInput,
  CommandResult,
  CommandSpec,
  FlagSpec,
  JourneyCommandSpec,
  RawCommandSpec,
} from '@ostrata/core';
import { BaseCommand, commonFlags, type Session } from '../base-command.ts';
import type { CommandEntry } from '../commands/entry.ts';
import { loadSettings } from '../config/load.ts';
import { editText } from '../host/editor.ts';
import { reboot } from '../host/reboot.ts';
import { processTerminal } from '../terminal.ts';
import { loadPlugins } from './resolve.ts';

/** Verbs of the configured plugins. Where the configuration or a plugin cannot be read, the verb that was asked for says so. */
export async function pluginCommands(argv: readonly string[]): Promise<CommandEntry[]> {
  const at = argv.indexOf('--config');
  const given = at >= 0 && argv[at + 1] !== undefined ? [argv[at + 1] as string] : [];
  try {
    const { settings } = await loadSettings(given);
    const plugins = await loadPlugins(settings, process.geteuid?.() ?? 0);
    return plugins.flatMap(({ plugin }) => plugin.commands ?? []).map(entryOf);
  } catch (error) {
    const word = argv.find((argument) => !argument.startsWith('-'));
    return word === undefined ? [] : [{ id: word, load: async () => failingCommand(error) }];
  }
}

function entryOf(spec: CommandSpec | JourneyCommandSpec | RawCommandSpec): CommandEntry {
  const aliases = 'aliases' in spec ? (spec.aliases ?? []) : [];
  return {
    id: idOf(spec.id),
    aliases: aliases.map(idOf),
    load: async () => ('runRaw' in spec ? rawCommand(spec) : parsedCommand(spec)),
  };
}

const idOf = (words: string): string => words.replaceAll(' ', ':');

/** A verb that may exist, and cannot be known. */
function failingCommand(error: unknown): Command.Class {
  return class extends BaseCommand {
    static override strict = false;
    static override hidden = true;

    async run(): Promise<void> {
      this.json = this.argv.includes('--json');
      throw error;
    }
  };
}

function rawCommand(spec: RawCommandSpec): Command.Class {
  class RawPluginCommand extends Command {
    static override id = idOf(spec.id);
    static override summary = spec.summary;
    static override description = spec.description;
    static override strict = false;
    /** For the help: see `CommandHelp`. */
    static talksItself = true;

    async run(): Promise<void> {
      using terminal = processTerminal(`ostrata ${spec.id}`);
      process.exitCode = await spec.runRaw(this.argv, terminal);
    }
  }
  return RawPluginCommand;
}

/** Asks, or walks the corridor between a request and what is said of its outcome. */
async function perform(
  spec: CommandSpec | JourneyCommandSpec,
  input: CommandInput,
  { host, signal, onEvent }: Session,
): Promise<CommandResult> {
  const options = { signal, onEvent };
  if ('run' in spec) return host.query((ctx) => spec.run(input, ctx), options);
  const asked = await host.query((ctx) => spec.request(input, ctx), options);
  if ('text' in asked) return asked;
  const outcome = await host.run(asked, options);
  return host.query((ctx) => spec.result(outcome, input, ctx), { onEvent });
}

function parsedCommand(spec: CommandSpec | JourneyCommandSpec): Command.Class {
  class PluginCommand extends BaseCommand {
    static override id = idOf(spec.id);
    static override summary = spec.summary;
    static override description = spec.description;
    static override hidden = spec.hidden ?? false;
    static override aliases = (spec.aliases ?? []).map(idOf);
    static override examples = [...(spec.examples ?? [])];
    static override strict = !(spec.args ?? []).some((arg) => arg.multiple);
    static override args = Object.fromEntries((spec.args ?? []).map((arg) => [arg.name, argOf(arg)]));
    static override flags = {
      ...Object.fromEntries(Object.entries(spec.flags ?? {}).map(([name, flag]) => [name, flagOf(flag)])),
      ...commonFlags,
    };

    async run(): Promise<void> {
      const parsed = await this.parse(PluginCommand);
      this.json = parsed.flags.json;
      const last = spec.args?.at(-1);
      const args = last?.multiple
        ? { ...parsed.args, [last.name]: parsed.argv.slice(spec.args!.length - 1) as string[] }
        : parsed.args;
      const input: CommandInput = {
        args: args as CommandInput['args'],
        flags: parsed.flags as CommandInput['flags'],
        ...(process.stdin.isTTY ? { edit: editText } : {}),
      };
      const result = await this.session(parsed.flags, (session) => perform(spec, input, session));
      this.result(result.data, result.text);
      if (result.exitCode !== undefined) process.exitCode = result.exitCode;
      if (result.reboot) await reboot();
    }
  }
  return PluginCommand;
}

function argOf(arg: ArgSpec) {
  return Args.string({ description: arg.summary, required: arg.required });
}

function flagOf(flag: FlagSpec) {
  const common = {
    summary: flag.summary,
    ...(flag.char === undefined ? {} : { char: flag.char as 'a' }),
    ...(flag.hidden === undefined ? {} : { hidden: flag.hidden }),
    ...(flag.required === undefined ? {} : { required: flag.required }),
  };
  if (flag.kind === 'boolean') return Flags.boolean({ ...common, default: flag.default === true });
  if (flag.kind === 'integer') {
    return Flags.integer({ ...common, ...(typeof flag.default === 'number' ? { default: flag.default } : {}) });
  }
  const options = flag.options === undefined ? {} : { options: [...flag.options] };
  if (flag.multiple) return Flags.string({ ...common, ...options, multiple: true, multipleNonGreedy: true });
  return Flags.string({
    ...common,
    ...options,
    ...(typeof flag.default === 'string' ? { default: flag.default } : {}),
  });
}
