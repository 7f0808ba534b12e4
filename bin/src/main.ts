import { fileURLToPath } from 'node:url';
import { handle, run, settings } from '@oclif/core';

/** Runs the command line. */
export async function main(argv: string[]): Promise<void> {
  // Sources run as they are: nothing is to be transpiled or looked for elsewhere.
  settings.enableAutoTranspile = false;
  try {
    await run(argv, { root: fileURLToPath(new URL('..', import.meta.url)) });
  } catch (error) {
    await handle(error as Error);
  }
}
