import { fileURLToPath } from 'node:url';
import { handle, run, settings } from '@oclif/core';
import { styleFor } from './render/style.ts';

/** Runs the command line. */
export async function main(argv: string[]): Promise<void> {
  // Sources run as they are: nothing is to be transpiled or looked for elsewhere.
  settings.enableAutoTranspile = false;
  try {
    await run(argv, { root: fileURLToPath(new URL('..', import.meta.url)) });
  } catch (error) {
    const { oclif, message } = error as Error & { oclif?: { exit?: number | false } };
    // Mistakes on the command line: the sentence and where to look, without the whole help.
    if (oclif?.exit === 2) usageError(message);
    else await handle(error as Error);
  }
}

function usageError(message: string): void {
  const [sentence = message] = message.split('\nSee more help');
  const style = styleFor(process.stderr);
  process.stderr.write(
    `${style.red('error:')} ${sentence.split('\n\nNote:')[0]}\n${style.bold('hint:')}  "ostrata COMMAND --help" shows what it takes.\n`,
  );
  process.exitCode = 2;
}
