import type { ScriptPolicy } from './scripts/script-rules.ts';

/** Scripts that make caches of a whole image take minutes on small machines. */
export const DEFAULT_TIMEOUT_SECONDS = 3600;
export const MAX_TIMEOUT_SECONDS = 86400;

/** What can be configured. */
export interface RepoRpmConfig {
  /** What is done with package scripts other than by the built-in rules. */
  readonly scripts: ScriptPolicy;
  /** Seconds after which a script is ended as failed. */
  readonly scriptTimeoutSeconds: number;
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    scripts: {
      type: 'object',
      default: {},
      propertyNames: { pattern: '^([A-Za-z0-9+_.-]+|\\*)\\.([a-z]+|\\*)$' },
      additionalProperties: { enum: ['skip', 'warn', 'fail', 'run'] },
      description:
        'Rules for package scripts, by PACKAGE.KIND where either may be `*` and the most exact one counts (`nginx.post`, `nginx.*`, `*.triggerin`). skip: left out. warn: a failure is a warning. fail: such a package is refused. run: run as the package has it, even if images usually leave it out or replace it.',
    },
    scriptTimeoutSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: MAX_TIMEOUT_SECONDS,
      default: DEFAULT_TIMEOUT_SECONDS,
      description: 'A script that takes longer than this many seconds is ended and counts as failed.',
    },
  },
} as const;
