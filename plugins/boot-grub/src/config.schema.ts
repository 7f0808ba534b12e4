import type { Json } from '@ostrata/contract';

export interface GrubConfig {
  /** Seconds for which the menu is shown. */
  readonly timeout: number;
  /** How often a new deployment is started before the one after it is; 0 does not count. */
  readonly counting: number;
}

export const CONFIG_SCHEMA: { readonly [key: string]: Json } = {
  type: 'object',
  additionalProperties: false,
  properties: {
    timeout: {
      type: 'integer',
      minimum: -1,
      default: 5,
      description: 'Seconds for which the menu is shown; -1 waits for a key.',
    },
    counting: {
      type: 'integer',
      minimum: 0,
      maximum: 99,
      default: 0,
      description:
        'How often a new deployment is started without being found healthy, before the one after it is started instead; 0 does not count.',
    },
  },
};
