import { type CommandSpec, definePlugin, type FlagSpec, type JourneyCommandSpec } from '@ostrata/contract';
import { SYSTEM_FLAGS } from '@ostrata/system-verbs';
import { CONFIG_SCHEMA, HEALTH_CONFIG, type HealthConfig } from './config.schema.ts';
import { ERRORS } from './errors.ts';

/** What verbs of a start are about. */
const START_FLAGS = {
  sysroot: { ...SYSTEM_FLAGS.sysroot },
  'boot-id': {
    kind: 'string',
    summary: 'Read the id of this start from this file',
    default: '/proc/sys/kernel/random/boot_id',
    hidden: true,
  },
} as const satisfies { readonly [name: string]: FlagSpec };

const bootGood: CommandSpec = {
  id: 'boot-good',
  summary: 'Tell the boot loader that the running system works',
  description:
    'Where a boot loader counts how often a new deployment was started, it starts the one before when the count has ended. This ends the count; a unit that requires boot-complete.target runs it once all checks have passed.',
  flags: {
    sysroot: { kind: 'string', summary: 'The system that runs from this directory', default: '/' },
    cmdline: { kind: 'string', summary: 'Read the kernel command line from this file', default: '/proc/cmdline' },
  },
  examples: ['ostrata boot-good'],
  run: async (input, ctx) => (await import('./mark-good.ts')).markGood(input, ctx),
};

const healthCheck: CommandSpec = {
  id: 'health-check',
  summary: 'Look whether the running system works',
  description:
    'Waits for the configured systemd units, then runs all of required.d and wanted.d in /etc/ostrata/check and /usr/lib/ostrata/check. Exit status 1 if a unit or something of required.d fails.',
  flags: {
    boot: { kind: 'boolean', summary: 'Remember the result as that of this start' },
    forget: { kind: 'string', summary: 'Forget that this commit or deployment (or all) was found unhealthy' },
    ...START_FLAGS,
  },
  examples: ['ostrata health-check', 'ostrata health-check --forget all'],
  run: async (input, ctx) => (await import('./health-check.ts')).healthCheck(input, ctx),
};

const bootFailed: JourneyCommandSpec = {
  id: 'boot-failed',
  summary: 'Start an unhealthy system again, or go back to the deployment before it',
  description:
    'Run by ostrata-boot-failed.service when a check failed. A new deployment is started so many times as is configured, or as the boot loader counts; one that was healthy before is left as it is.',
  hidden: true,
  flags: START_FLAGS,
  request: async (input, ctx) => (await import('./boot-failed.ts')).failedRequest(input, ctx),
  result: async (outcome, input, ctx) => (await import('./boot-failed.ts')).failedResult(outcome, input, ctx),
};

const bootSettle: JourneyCommandSpec = {
  id: 'boot-settle',
  summary: 'Remember that the running system works, and stay with it where it was started in place of a failed one',
  hidden: true,
  flags: START_FLAGS,
  request: async (input, ctx) => (await import('./boot-settle.ts')).settleRequest(input, ctx),
  result: async (outcome, input, ctx) => (await import('./boot-settle.ts')).settleResult(outcome, input, ctx),
};

/** Whether the system that was started works, and what is done where it does not. */
export default definePlugin<HealthConfig>({
  name: 'boot-good',
  apiVersion: '^0.1.0',
  config: CONFIG_SCHEMA,
  errors: ERRORS,
  commands: [bootGood, healthCheck, bootFailed, bootSettle],
  apply(host) {
    host.provide(HEALTH_CONFIG, () => host.config);
    host.hooks['resolve.plan'].tapPromise(async (plan, ctx) => {
      if (plan.deploy === null) return undefined;
      return (await import('./taps.ts')).leaveFailed(plan, ctx);
    });
    host.hooks['deploy.staged'].tapPromise(async (deployment, ctx) =>
      (await import('./taps.ts')).beginAnew(deployment, ctx),
    );
  },
});
