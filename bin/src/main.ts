import { flush, handle, run } from '@oclif/core';

/** Runs the command line. */
export async function main(argv: string[]): Promise<void> {
  try {
    await run(argv, { root: new URL('..', import.meta.url).href });
    await flush();
  } catch (error) {
    await handle(error as Error);
  }
}
