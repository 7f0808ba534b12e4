import { VerbError } from './error.ts';
import { type OptionSpec, OptionValues } from './verb.ts';

export interface ParsedLine {
  readonly options: OptionValues;
  readonly args: readonly string[];
}

/**
 * Takes a command line apart as GLib's GOption does: options anywhere, `--name=value` and `--name value`, short ones joined
 * (`-dR`, `-bNAME`), and nothing but arguments after the first `--`.
 */
export function parseOptions(specs: readonly OptionSpec[], argv: readonly string[]): ParsedLine {
  const values = new Map<string, string[]>();
  const args: string[] = [];
  const add = (spec: OptionSpec, value: string) => {
    if (spec.kind === 'count' && !/^[+-]?\d+$/.test(value)) {
      throw new VerbError(`Cannot parse integer value “${value}” for --${spec.name}`);
    }
    const known = values.get(spec.name);
    if (known) known.push(value);
    else values.set(spec.name, [value]);
  };
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') {
      args.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      args.push(word);
      continue;
    }
    const rest = () => {
      const next = argv[++at];
      if (next === undefined) throw new VerbError(`Missing argument for ${word.split('=', 1)[0]}`);
      return next;
    };
    if (word.startsWith('--')) longOption(specs, word, rest, add);
    else shortOptions(specs, word, rest, add);
  }
  return { options: new OptionValues(values), args };
}

type Add = (spec: OptionSpec, value: string) => void;

function longOption(specs: readonly OptionSpec[], word: string, rest: () => string, add: Add): void {
  const equals = word.indexOf('=');
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const spec = specs.find((candidate) => candidate.name === name);
  if (!spec) throw new VerbError(`Unknown option ${word}`);
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  if (spec.kind !== 'flag') add(spec, value ?? rest());
  else if (spec.optional) add(spec, value ?? 'true');
  // GOption takes a value after a flag and does not look at it: --untrusted=false is --untrusted.
  else add(spec, 'true');
}

function shortOptions(specs: readonly OptionSpec[], word: string, rest: () => string, add: Add): void {
  for (let index = 1; index < word.length; index++) {
    const spec = specs.find((candidate) => candidate.char === word[index]);
    if (!spec) throw new VerbError(`Unknown option ${word}`);
    if (spec.kind === 'flag') {
      add(spec, 'true');
      continue;
    }
    const joined = word.slice(index + 1);
    add(spec, joined === '' ? rest() : joined);
    return;
  }
}

/** The words of a flag with a value, as libostree reads them: `yes`, `1`, `true`, … */
export function parseFlagValue(name: string, text: string): boolean {
  if (['1', 'true', 'yes', 't', 'y'].includes(text.toLowerCase())) return true;
  if (['0', 'false', 'no', 'f', 'n', 'none'].includes(text.toLowerCase())) return false;
  throw new VerbError(`Invalid boolean argument '${text}' for --${name}`);
}
