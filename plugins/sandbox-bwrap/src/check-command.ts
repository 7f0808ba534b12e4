import { posix } from 'node:path';
import { HostError, type SandboxCommand } from '@ostrata/contract';
import type { Code } from './errors.ts';

/** Refuses commands that cannot mean what they say: an empty argv, places that are relative or go upwards. */
export function checkCommand(command: SandboxCommand): void {
  if (command.argv.length === 0) throw refuse(command, 'has no program');
  const places = [command.cwd ?? '/', ...(command.binds ?? []).flatMap(({ source, target }) => [source, target])];
  for (const place of places) {
    if (!place.startsWith('/') || posix.normalize(place) !== place) {
      throw refuse(command, `names "${place}", which is not an absolute and plain path`);
    }
  }
  const strings = [...command.argv, ...places, ...Object.entries(command.env ?? {}).flat()];
  if (strings.some((text) => text.includes('\0'))) throw refuse(command, 'has a NUL byte in an argument');
}

function refuse(command: SandboxCommand, why: string): HostError<Code> {
  return new HostError<Code>('SANDBOX_COMMAND', `The command ${command.label} ${why}.`, {
    data: { label: command.label, argv: [...command.argv] },
    hint: 'This is an error of the plugin that runs the command; report it there.',
  });
}
