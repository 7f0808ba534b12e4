import type { SandboxCommand } from '@ostrata/core';
import { environmentOf } from './bwrap-arguments.ts';

/** The command in nothing but another root directory, for `isolation: none`. */
export function chrootArguments(command: SandboxCommand, visible: string): readonly string[] {
  const environment = Object.entries(environmentOf(command)).map(([name, value]) => `${name}=${value}`);
  return ['chroot', visible, 'env', '-i', `--chdir=${command.cwd ?? '/'}`, ...environment, ...command.argv];
}
