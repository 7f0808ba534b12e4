import { builtInCommand } from './commands/built-in.ts';
import { runDirectly } from './plugins/direct.ts';

/** Runs the command line. */
export async function main(argv: string[]): Promise<void> {
  if (builtInCommand(argv) === undefined && (await runDirectly(argv))) return;
  const { runByOclif } = await import('./oclif.ts');
  await runByOclif(argv);
}
