import type { Terminal } from '@ostrata/core';
import { processTerminal } from './terminal.ts';

/** Where the verbs are; a string, so that this package knows no plugin. */
const VERBS: string = '@ostrata/plugin-store-ostree/cli';

/** Runs the command line of `ostree` without a host: no configuration and no other plugin is needed for it. */
export async function ostreeMain(argv: readonly string[]): Promise<void> {
  const { runOstree } = (await import(VERBS)) as {
    runOstree(argv: readonly string[], terminal: Terminal): Promise<number>;
  };
  using terminal = processTerminal('ostree');
  process.exitCode = await runOstree(argv, terminal);
}
