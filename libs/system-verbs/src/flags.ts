import type { CommandInput, FlagSpec } from '@ostrata/contract';

/** Which system a verb is about. */
export const SYSTEM_FLAGS = {
  sysroot: { kind: 'string', summary: 'Work on the system below this directory', default: '/' },
  stateroot: { kind: 'string', summary: 'Work on this stateroot (default: the booted one)' },
  os: { kind: 'string', summary: 'As --stateroot', hidden: true },
} as const satisfies { readonly [name: string]: FlagSpec };

export const REBOOT_FLAG: FlagSpec = {
  kind: 'boolean',
  char: 'r',
  summary: 'Reboot once the operation is complete',
};

/** What happens to a new deployment. */
export const DEPLOY_FLAGS = {
  reboot: REBOOT_FLAG,
  'lock-finalization': { kind: 'boolean', summary: 'Keep the deployment from being finalized at shutdown' },
} as const satisfies { readonly [name: string]: FlagSpec };

export const UNCHANGED_FLAG: FlagSpec = { kind: 'boolean', summary: 'Exit with status 77 if nothing changed' };

/** Exit status of a verb that changed nothing, where it is asked for. */
export const EXIT_UNCHANGED = 77;

/** The flags of a command line by their types. */
export class Flags {
  readonly #flags: CommandInput['flags'];

  constructor({ flags }: CommandInput) {
    this.#flags = flags;
  }

  is(name: string): boolean {
    return this.#flags[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#flags[name];
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#flags[name];
    return typeof value === 'number' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#flags[name];
    return Array.isArray(value) ? (value as string[]) : [];
  }
}
