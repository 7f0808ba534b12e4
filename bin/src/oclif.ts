import { fileURLToPath } from 'node:url';
import { handle, run, settings } from '@oclif/core';
import { commandLine } from './command-line.ts';
import { styleFor } from './render/style.ts';

/** Runs any command line by oclif, which has the help and the words for mistakes. */
export async function runByOclif(argv: string[]): Promise<void> {
  // Sources run as they are: nothing is to be transpiled or looked for elsewhere.
  settings.enableAutoTranspile = false;
  try {
    const root = fileURLToPath(new URL('..', import.meta.url));
    await run(argv, { root, plugins: await commandLine(root, argv) });
  } catch (error) {
    const { oclif, message } = error as Error & { oclif?: { exit?: number | false } };
    // Mistakes on the command line: the sentence and where to look, without the whole help.
    if (oclif?.exit === 2) usageError(message);
    else await handle(error as Error);
  }
}

function usageError(message: string): void {
  const [said = message] = message.split('\nSee more help');
  const unknown = /^command (\S+) not found/.exec(said)?.[1]?.replaceAll(':', ' ');
  const sentence =
    unknown === undefined
      ? said.replace(/^The following errors? occurred:\s*/, '')
      : `There is no command "${unknown}".`;
  const style = styleFor(process.stderr);
  const hint = unknown === undefined ? '"ostrata COMMAND --help" shows what it takes.' : '"ostrata --help" lists them.';
  process.stderr.write(`${style.red('error:')} ${sentence.split('\n\nNote:')[0]}\n${style.bold('hint:')}  ${hint}\n`);
  process.exitCode = 2;
}
