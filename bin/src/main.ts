import { homedir, userInfo } from 'node:os';
import { builtInCommand } from './commands/built-in.ts';
import { runDirectly } from './plugins/direct.ts';

/** Runs the command line. */
export async function main(argv: string[]): Promise<void> {
  if (builtInCommand(argv) === undefined && (await runDirectly(argv))) return;
  ensureHome();
  const { runByOclif } = await import('./oclif.ts');
  await runByOclif(argv);
}

/** oclif ends with a stack where neither the environment nor a user of this number says these, as in services and small containers. */
function ensureHome(): void {
  try {
    homedir();
    userInfo();
  } catch {
    process.env['HOME'] ??= '/';
    process.env['SHELL'] ??= '/bin/sh';
  }
}
