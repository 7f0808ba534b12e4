import type { OptionSpec, Verb } from './verb.ts';
import type { VerbGroup } from './verb-entry.ts';

export const HELP_OPTION: OptionSpec = { name: 'help', char: 'h', kind: 'flag', summary: 'Show help options' };

export const REPO_OPTION: OptionSpec = {
  name: 'repo',
  kind: 'text',
  summary: 'Path to OSTree repository (defaults to current directory or /sysroot/ostree/repo)',
  value: 'PATH',
};

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: 'verbose', char: 'v', kind: 'flag', summary: 'Print debug information during command processing' },
  { name: 'version', kind: 'flag', summary: 'Print version information and exit' },
];

/** The help of one verb in GOption's layout. */
export function verbHelp(program: string, name: string, summary: string, verb: Verb, takesRepo: boolean): string {
  // A letter that the verb has itself is not shown again: `summary -v` is not --verbose.
  const taken = new Set(verb.options.map(({ char }) => char));
  const global = GLOBAL_OPTIONS.map(({ char, ...rest }) =>
    char === undefined || taken.has(char) ? rest : { char, ...rest },
  );
  const options = [...(takesRepo ? [REPO_OPTION] : []), ...verb.options, ...global];
  const usage = `  ${program} ${name} [OPTION…]${verb.usage === '' ? '' : ` ${verb.usage}`}`;
  return `Usage:\n${usage}\n\n${summary}\n\n${optionSections(options)}\n`;
}

/** The help of the program: its verbs and the options of all of them. */
export function programHelp(program: string, verbs: readonly (readonly [name: string, summary: string])[]): string {
  const lines = verbs.map(([name, summary]) => `  ${name.padEnd(18)}${summary}\n`).join('');
  return `Usage:\n  ${program} [OPTION…] COMMAND\n\nBuiltin Commands:\n${lines}\n${optionSections(GLOBAL_OPTIONS)}\n`;
}

/** The help of a verb that has verbs below it. */
export function groupHelp(program: string, group: VerbGroup): string {
  const shown = group.verbs.filter(({ hidden }) => hidden !== true);
  const lines = shown.map(({ name, summary }) => `\n  ${name.padEnd(18)}${summary}`).join('');
  const usage = `  ${program} [OPTION…] COMMAND`;
  return `Usage:\n${usage}\n\n${group.summary}\n\nBuiltin "${group.name}" Commands:${lines}\n\n${optionSections(GLOBAL_OPTIONS)}\n`;
}

function optionSections(all: readonly OptionSpec[]): string {
  const options = all.filter(({ hidden }) => !hidden);
  const width = Math.max(...[HELP_OPTION, ...options].map((option) => title(option).length)) + 5;
  const line = (option: OptionSpec) => `  ${title(option).padEnd(width)}${option.summary}\n`;
  return `Help Options:\n${line(HELP_OPTION)}\nApplication Options:\n${options.map(line).join('')}`;
}

function title({ name, char, value }: OptionSpec): string {
  return `${char === undefined ? '' : `-${char}, `}--${name}${value === undefined ? '' : `=${value}`}`;
}
