import type { Json } from '@ostrata/contract';

export interface LayoutConfig {
  readonly passwd: 'auto' | 'altfiles' | 'etc';
}

/** Schema of this plugin's configuration. */
export const configSchema: { readonly [key: string]: Json } = {
  type: 'object',
  additionalProperties: false,
  properties: {
    passwd: {
      enum: ['auto', 'altfiles', 'etc'],
      default: 'auto',
      description:
        'altfiles: users and groups other than root go to /usr/lib/passwd and /usr/lib/group, read by libnss_altfiles. etc: they stay in /etc. auto: altfiles where the image has that library.',
    },
  },
};
