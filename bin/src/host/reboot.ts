import { HostError } from '@ostrata/core';
import type { Code } from '../errors.ts';
import { hostExec } from './exec.ts';

/** Restarts the machine in good order. */
export async function reboot(): Promise<void> {
  const { PATH = '/usr/bin:/bin' } = process.env;
  const { code, stderr } = await hostExec.run({
    argv: ['systemctl', 'reboot'],
    env: { PATH },
    signal: new AbortController().signal,
  });
  if (code === 0) return;
  throw new HostError<Code>('REBOOT_FAILED', `The machine could not be restarted: ${stderr.toString().trim()}`, {
    hint: 'Restart it by hand; everything else is done.',
  });
}
