import { Args, Command, Flags } from '@oclif/core';
import type { ArgSpec, FlagSpec, RawCommandSpec } from '@ostrata/core';
import { BaseCommand, commonFlags } from '../base-command.ts';
import type { CommandEntry } from '../commands/entry.ts';
import { processTerminal } from '../terminal.ts';
import { configFiles, loadConfigured } from './configured.ts';
import type { ParsedVerb, Words } from './parse-words.ts';
import { runVerb, type Verb, verbsOf } from './run-verb.ts';

/** Verbs of the configured plugins. Where the configuration or a plugin cannot be read, the verb that was asked for says so. */
export async function pluginCommands(argv: readonly string[]): Promise<CommandEntry[]> {
  try {
    const { plugins } = await loadConfigured(configFiles(argv));
    return plugins.flatMap(({ plugin }) => verbsOf(plugin)).map(entryOf);
  } catch (error) {
    const word = argv.find((argument) => !argument.startsWith('-'));
    return word === undefined ? [] : [{ id: word, load: async () => failingCommand(error) }];
  }
}

function entryOf(verb: Verb): CommandEntry {
  return { id: idOf(verb.id), load: async () => ('runRaw' in verb ? rawCommand(verb) : parsedCommand(verb)) };
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

function parsedCommand(spec: ParsedVerb): Command.Class {
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
      await runVerb(spec, { args: args as Words['args'], flags: parsed.flags as Words['flags'] });
    }
  }
  return PluginCommand;
}

function argOf(arg: ArgSpec) {
  return Args.string({ description: arg.summary, required: arg.required, ignoreStdin: true });
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
