import type { CommandSpec } from '@ostrata/contract';
import { SYSTEM_FLAGS } from '@ostrata/system-verbs';

const cancel: CommandSpec = {
  id: 'cancel',
  summary: 'Stop what another process is doing to the system',
  description:
    'It undoes what it has begun, and this waits until it has. What has come to the swap of the boot menu completes, and is said to have.',
  // There is one lock for all systems; scripts give the flag to every verb.
  flags: { sysroot: { ...SYSTEM_FLAGS.sysroot, hidden: true } },
  examples: ['ostrata cancel'],
  run: async (_input, ctx) => (await import('../transaction/cancel.ts')).cancel(ctx),
};

const history: CommandSpec = {
  id: 'history',
  aliases: ['ex history'],
  summary: 'Show which deployments were made, when, and by what command',
  flags: {
    limit: { kind: 'integer', char: 'n', summary: 'So many, the latest first', default: 3 },
    all: { kind: 'boolean', summary: 'All of them' },
    'no-pager': { kind: 'boolean', summary: 'Has no effect', hidden: true },
    sysroot: SYSTEM_FLAGS.sysroot,
  },
  examples: ['ostrata history', 'ostrata history --all --json'],
  run: async (input, ctx) => (await import('../transaction/history.ts')).history(input, ctx),
};

/** Verbs about what changes the system: now, and earlier. */
export const TRANSACTION_COMMANDS: readonly CommandSpec[] = [cancel, history];
