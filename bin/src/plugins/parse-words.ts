import type { CommandInput, CommandSpec, FlagSpec, JourneyCommandSpec } from '@ostrata/core';
import { COMMON_FLAGS } from '../common-flags.ts';

/** A verb whose words the command line parses. */
export type ParsedVerb = CommandSpec | JourneyCommandSpec;
export type Words = Pick<CommandInput, 'args' | 'flags'>;
type Flags = { [name: string]: string | number | boolean | string[] };

/**
 * What the words after a verb's name say, where they say it plainly: flags that the verb has, with values that fit, and as many arguments as
 * it takes. Undefined for all else, `--help` and mistakes with it: oclif, which takes longer to load than most verbs to run, is to see those.
 */
export function parseWords(verb: ParsedVerb, words: readonly string[]): Words | undefined {
  const specs: { readonly [name: string]: FlagSpec } = { ...verb.flags, ...COMMON_FLAGS };
  const flags: Flags = {};
  const positional: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith('-')) {
      positional.push(word);
      continue;
    }
    const [, long, short, value] = /^(?:--([^=]+)|-([^-=]))(?:=(.*))?$/s.exec(word) ?? [];
    const name = long ?? Object.keys(specs).find((key) => specs[key]!.char === short);
    const spec = name === undefined || !Object.hasOwn(specs, name) ? undefined : specs[name];
    if (name === undefined || spec === undefined || (short !== undefined && value !== undefined)) return undefined;
    const given = spec.kind === 'boolean' ? value : (value ?? words[++i]);
    if (!takeFlag(flags, name, spec, given)) return undefined;
  }
  if (!takeDefaults(flags, specs)) return undefined;
  const args = takeArguments(verb, positional);
  return args && { args, flags };
}

/** Whether the value fits. */
function takeFlag(flags: Flags, name: string, spec: FlagSpec, value: string | undefined): boolean {
  const before = flags[name];
  if (spec.kind === 'boolean') {
    flags[name] = true;
    return value === undefined;
  }
  if (value === undefined || value === '' || value.startsWith('-') || (before !== undefined && spec.multiple !== true))
    return false;
  if (spec.kind === 'integer') {
    flags[name] = Number(value);
    return /^\d{1,15}$/.test(value);
  }
  if (spec.options !== undefined && !spec.options.includes(value)) return false;
  flags[name] = spec.multiple === true ? [...((before as string[] | undefined) ?? []), value] : value;
  return true;
}

/** Whether nothing is missing. */
function takeDefaults(flags: Flags, specs: { readonly [name: string]: FlagSpec }): boolean {
  for (const [name, spec] of Object.entries(specs)) {
    if (flags[name] !== undefined) continue;
    if (spec.required) return false;
    if (spec.kind === 'boolean') flags[name] = spec.default === true;
    else if (spec.default !== undefined && spec.multiple !== true) flags[name] = spec.default;
  }
  return true;
}

function takeArguments({ args = [] }: ParsedVerb, words: readonly string[]): Words['args'] | undefined {
  const last = args.at(-1);
  if (words.length > args.length && last?.multiple !== true) return undefined;
  if (args.some(({ required }, i) => required && i >= words.length)) return undefined;
  const single = last?.multiple === true ? args.slice(0, -1) : args;
  const taken: { [name: string]: string | readonly string[] } = {};
  for (const [i, { name }] of single.entries()) if (words[i] !== undefined) taken[name] = words[i];
  if (last?.multiple === true) taken[last.name] = words.slice(args.length - 1);
  return taken;
}
