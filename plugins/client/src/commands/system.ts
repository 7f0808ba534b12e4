import type { CommandSpec, JourneyCommandSpec } from '@ostrata/contract';
import { REBOOT_FLAG, SYSTEM_FLAGS } from '@ostrata/system-verbs';

const { sysroot } = SYSTEM_FLAGS;

const status: CommandSpec = {
  id: 'status',
  summary: 'Show deployments: what runs, what boots next, what one can go back to',
  description:
    'In boot order; a dot marks the running one. The JSON has the keys of `rpm-ostree status --json`. Expressions of --jsonpath are those of RFC 9535.',
  flags: {
    advisories: { kind: 'boolean', char: 'a', summary: 'Show each security advisory that what boots next brings' },
    booted: { kind: 'boolean', char: 'b', summary: 'Only the running one' },
    jsonpath: { kind: 'string', char: 'J', summary: 'Only what this JSONPath expression finds, as a list in JSON' },
    'pending-exit-77': { kind: 'boolean', summary: 'Exit with status 77 if another deployment boots next' },
    sysroot,
  },
  examples: ['ostrata status', 'ostrata status --json', "ostrata status --jsonpath '$.deployments[?@.booted].version'"],
  run: async (input, ctx) => (await import('../status/verb.ts')).status(input, ctx),
};

const rollback: JourneyCommandSpec = {
  id: 'rollback',
  summary: 'Boot the previous deployment again',
  description:
    'The deployment behind the default becomes the default; where another one than the running one would boot next, the running one does. Nothing is made or fetched.',
  flags: { reboot: REBOOT_FLAG, ...SYSTEM_FLAGS },
  examples: ['ostrata rollback', 'ostrata rollback --reboot'],
  request: async (input, ctx) => (await import('../order/rollback.ts')).rollbackRequest(input, ctx),
  result: async (outcome, input) => (await import('../order/rollback.ts')).rollbackResult(outcome, input),
};

const cleanup: JourneyCommandSpec = {
  id: 'cleanup',
  summary: 'Remove deployments and caches',
  description: 'What runs, what is pinned, and what is of another stateroot stays.',
  flags: {
    base: { kind: 'boolean', char: 'b', summary: 'What nothing refers to; deployments stay' },
    pending: { kind: 'boolean', char: 'p', summary: 'What would boot next instead of what runs' },
    rollback: { kind: 'boolean', char: 'r', summary: 'What one could go back to' },
    repomd: { kind: 'boolean', char: 'm', summary: 'Cached metadata of package repositories' },
    ...SYSTEM_FLAGS,
  },
  examples: ['ostrata cleanup --pending', 'ostrata cleanup --rollback --repomd'],
  request: async (input, ctx) => (await import('../order/cleanup.ts')).cleanupRequest(input, ctx),
  result: async (outcome, input, ctx) => (await import('../order/cleanup.ts')).cleanupResult(outcome, input, ctx),
};

const pin: CommandSpec = {
  id: 'pin',
  summary: 'Keep deployments when others are cleaned up',
  args: [{ name: 'deployment', summary: 'Number, or booted, pending, rollback', required: true, multiple: true }],
  flags: { unpin: { kind: 'boolean', char: 'u', summary: 'Keep them no more' }, sysroot },
  examples: ['ostrata pin 0', 'ostrata pin --unpin rollback'],
  run: async (input, ctx) => (await import('../pin.ts')).pin(input, ctx),
};

const unpin: CommandSpec = {
  id: 'unpin',
  summary: 'Keep deployments no more when others are cleaned up',
  args: pin.args ?? [],
  flags: { sysroot },
  examples: ['ostrata unpin 0'],
  run: async (input, ctx) => (await import('../pin.ts')).pin({ ...input, flags: { ...input.flags, unpin: true } }, ctx),
};

const finalizeDeployment: CommandSpec = {
  id: 'finalize-deployment',
  summary: 'Let a locked staged deployment be finished, and reboot into it',
  args: [{ name: 'checksum', summary: 'Commit that is expected', required: false }],
  flags: {
    'allow-missing-checksum': { kind: 'boolean', summary: 'Take whatever is staged' },
    'allow-unlocked': { kind: 'boolean', summary: 'Also where it is not locked' },
    ...SYSTEM_FLAGS,
  },
  run: async (input, ctx) => (await import('../finalize.ts')).finalizeDeployment(input, ctx),
};

const reload: CommandSpec = {
  id: 'reload',
  summary: 'Read configuration and system anew, and tell of mistakes',
  flags: { sysroot },
  run: async (input, ctx) => (await import('../reload.ts')).reload(input, ctx),
};

/** Verbs about the deployments that are there. */
export const SYSTEM_COMMANDS: readonly (CommandSpec | JourneyCommandSpec)[] = [
  status,
  rollback,
  cleanup,
  pin,
  unpin,
  finalizeDeployment,
  reload,
];
