import { HostError, type SandboxCommand } from '@ostrata/contract';
import { environmentOf } from './bwrap-arguments.ts';
import type { Code } from './errors.ts';

/** The command in nothing but another root directory, for `isolation: none`. It cannot show host paths inside. */
export function chrootArguments(command: SandboxCommand, visible: string): readonly string[] {
  if ((command.binds?.length ?? 0) > 0) {
    throw new HostError<Code>(
      'SANDBOX_SETUP',
      `The command ${command.label} needs files of the host, which a chroot cannot show.`,
      {
        data: { label: command.label, binds: (command.binds ?? []).map(({ source }) => source) },
        hint: 'Run where namespaces are allowed, without "isolation: none"; an image without a kernel can be made here.',
      },
    );
  }
  const environment = Object.entries(environmentOf(command)).map(([name, value]) => `${name}=${value}`);
  const inside =
    command.cwd === undefined ? command.argv : ['sh', '-c', 'cd "$0" && exec "$@"', command.cwd, ...command.argv];
  return ['env', '-i', ...environment, 'chroot', visible, ...inside];
}
