import type { Json } from '@ostrata/contract';

export interface SandboxConfig {
  readonly isolation: 'full' | 'none';
}

/** Schema of this plugin's configuration. */
export const configSchema: { readonly [key: string]: Json } = {
  type: 'object',
  additionalProperties: false,
  properties: {
    isolation: {
      enum: ['full', 'none'],
      default: 'full',
      description:
        'full: own namespaces, no network, few capabilities. none: a plain chroot, for containers that forbid namespaces; the programs of the image then have all rights of this process.',
    },
  },
};
