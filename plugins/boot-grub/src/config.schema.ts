import type { Json } from '@ostrata/contract';

export interface GrubConfig {
  /** Seconds for which the menu is shown. */
  readonly timeout: number;
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
  },
};
