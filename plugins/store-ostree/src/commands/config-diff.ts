import type { CommandSpec } from '@ostrata/contract';

export const CONFIG_DIFF: CommandSpec = {
  id: 'config-diff',
  summary: 'Show what was changed in /etc, and where the next deployment has other defaults',
  description:
    'Compares /etc of the running deployment with the defaults it came with and, where another deployment boots next, these defaults with its own. What changed on both sides is shown by itself, with what the configuration (etcConflicts of store-ostree) makes of it. M is modified, D removed, A added.',
  flags: {
    sysroot: { kind: 'string', summary: 'Work on the system below this directory', default: '/' },
    stateroot: { kind: 'string', summary: 'Work on this stateroot (default: the booted one)' },
    os: { kind: 'string', summary: 'As --stateroot', hidden: true },
  },
  examples: ['ostrata config-diff', 'ostrata config-diff --json'],
  run: async (input) => (await import('./config-diff-run.ts')).configDiff(input),
};
