import { join } from 'node:path';
import type { Terminal } from '@ostrata/contract';
import { VerbError } from './error.ts';
import { findExtension, runExtension } from './extension.ts';
import { GLOBAL_OPTIONS, groupHelp, HELP_OPTION, programHelp, REPO_OPTION, verbHelp } from './help.ts';
import { parseOptions } from './options.ts';
import { findRepository } from './repository.ts';
import type { Invocation } from './verb.ts';
import type { VerbEntry, VerbGroup } from './verb-entry.ts';
import { VERBS } from './verbs.ts';

/** Runs a command line of `ostree`, without the name of the program. Gives the exit status; errors go to the terminal. */
export async function runOstree(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, signingTerminal(terminal));
  } catch (error) {
    const { errorText } = await import('./error-text.ts');
    const usage = error instanceof VerbError ? error.usage : undefined;
    terminal.err(`${usage ?? ''}error: ${errorText(error)}\n`);
    return 1;
  }
}

/** The terminal, with contexts in which what the environment says of signatures holds; most verbs ask for none. */
function signingTerminal(terminal: Terminal): Terminal {
  return {
    ...terminal,
    async withContext(work) {
      const { signingContext } = await import('./signing/context.ts');
      return terminal.withContext((ctx) => work(signingContext(ctx, terminal.environment)));
    },
  };
}

async function showVersion(terminal: Terminal): Promise<number> {
  const { versionText } = await import('./version.ts');
  terminal.out(await versionText(terminal));
  return 0;
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  // As in libostree the first word that is no option is the verb, wherever it stands.
  const at = argv.findIndex((word) => !word.startsWith('-'));
  const entry = at < 0 ? undefined : VERBS.find(({ name }) => name === argv[at]);
  if (entry && 'verbs' in entry) return runGroup(entry, argv.toSpliced(at, 1), terminal);
  if (entry) return runVerb(entry, argv.toSpliced(at, 1), terminal);
  const extension = at < 0 ? undefined : findExtension(argv[at]!, terminal);
  if (extension !== undefined) return runExtension(extension, argv, terminal);
  const { options } = parseOptions([HELP_OPTION, ...GLOBAL_OPTIONS], at < 0 ? argv : argv.toSpliced(at, 1));
  if (options.flag('version')) return showVersion(terminal);
  const help = programHelp(
    terminal.program,
    VERBS.map(({ name, summary }) => [name, summary] as const),
  );
  if (options.flag('help')) {
    terminal.out(help);
    return 0;
  }
  throw new VerbError(at < 0 ? 'No command specified' : `Unknown command '${argv[at]}'`, { usage: help });
}

async function runGroup(group: VerbGroup, argv: readonly string[], terminal: Terminal): Promise<number> {
  const at = argv.findIndex((word) => !word.startsWith('-'));
  const entry = at < 0 ? undefined : group.verbs.find(({ name }) => name === argv[at]);
  const program = `${terminal.program} ${group.name}`;
  if (entry && 'verbs' in entry) return runGroup(entry, argv.toSpliced(at, 1), { ...terminal, program });
  if (entry) return runVerb(entry, argv.toSpliced(at, 1), { ...terminal, program });
  const help = groupHelp(program, group);
  const specs = [HELP_OPTION, ...GLOBAL_OPTIONS, ...(group.flag?.options ?? [])];
  const { options } = parseOptions(specs, at < 0 ? argv : argv.toSpliced(at, 1));
  if (group.flag && options.flag(group.flag.name)) {
    (await group.flag.load())({ options, terminal });
    return 0;
  }
  if (options.flag('version')) return showVersion(terminal);
  if (options.flag('help')) {
    terminal.out(help);
    return 0;
  }
  const problem =
    at < 0 ? `No "${group.name}" subcommand specified` : `Unknown "${group.name}" subcommand '${argv[at]}'`;
  throw new VerbError(problem, { usage: help });
}

async function runVerb(entry: VerbEntry, argv: readonly string[], terminal: Terminal): Promise<number> {
  const verb = await entry.load();
  // The letters of a verb come first: `summary -v` is not --verbose.
  const specs = [HELP_OPTION, ...verb.options, REPO_OPTION, ...GLOBAL_OPTIONS];
  const { options, args } = parseOptions(specs, argv);
  const help = verbHelp(terminal.program, entry.name, entry.summary, verb, entry.repo !== 'none');
  if (options.flag('help')) {
    terminal.out(help);
    return 0;
  }
  if (options.flag('version')) return showVersion(terminal);
  const sysroot = options.text('sysroot');
  const given = sysroot === undefined ? options.text('repo') : join(sysroot, 'ostree', 'repo');
  const repo = entry.repo === 'none' ? '' : findRepository(given, terminal, help);
  const call: Invocation = { options, args, terminal, repo, help };
  await verb.run(call);
  return 0;
}
