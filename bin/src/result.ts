import { isHostError } from '@ostrata/core';
import { writeAll } from './terminal.ts';

/** Prints a result: JSON with `--json`, text otherwise. */
export function printResult(json: boolean, data: unknown, text: string): void {
  writeAll(1, Buffer.from(json ? `${JSON.stringify(data, null, 2)}\n` : text));
}

/** Says what went wrong, one way for all commands, and sets the exit code. */
export async function reportFailure(json: boolean, error: unknown): Promise<void> {
  const [{ failureData, renderFailure }, { styleFor }] = await Promise.all([
    import('./render/failure.ts'),
    import('./render/style.ts'),
  ]);
  if (json) printResult(true, { error: failureData(error) }, '');
  else writeAll(2, Buffer.from(renderFailure(error, styleFor(process.stderr))));
  process.exitCode = isHostError(error) && error.code === 'CANCELLED' ? 130 : 1;
}
