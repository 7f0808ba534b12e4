import { capability, type Json } from '@ostrata/contract';

export interface HealthConfig {
  /** Directories with `required.d`, `wanted.d`, `green.d` and `red.d`, the most important first. */
  readonly directories: readonly string[];
  /** systemd units that have to become active. */
  readonly units: readonly string[];
  /** Seconds for the units together, and for each script. */
  readonly timeout: number;
  /** Starts of an unhealthy deployment until the one before it is made the default. */
  readonly attempts: number;
  /** Whether an unhealthy system is restarted at all. */
  readonly restart: boolean;
}

/** How the plugin's verbs get its configuration. */
export const HEALTH_CONFIG = capability<HealthConfig>('boot-good-config');

export const CONFIG_SCHEMA: { readonly [key: string]: Json } = {
  type: 'object',
  additionalProperties: false,
  properties: {
    directories: {
      type: 'array',
      items: { type: 'string', pattern: '^/' },
      default: ['/etc/ostrata/check', '/usr/lib/ostrata/check'],
      description:
        'Directories with required.d, wanted.d, green.d and red.d; a file hides one of the same name in a later directory.',
    },
    units: {
      type: 'array',
      items: { type: 'string', pattern: '^[^-\\s/][^\\s/]*\\.[a-z]+$' },
      default: ['multi-user.target'],
      description: 'Units of systemd that have to become active.',
    },
    timeout: {
      type: 'integer',
      minimum: 1,
      maximum: 86400,
      default: 300,
      description: 'Seconds within which the units have to be active and each script has to end.',
    },
    attempts: {
      type: 'integer',
      minimum: 1,
      maximum: 99,
      default: 3,
      description:
        'How often a new deployment is found unhealthy before the one before it is made the default, where the boot loader has not gone there yet.',
    },
    restart: {
      type: 'boolean',
      default: true,
      description: 'Restarts the machine when a new deployment is found unhealthy.',
    },
  },
};
