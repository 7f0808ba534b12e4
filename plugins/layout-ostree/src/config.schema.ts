import type { Json } from '@ostrata/contract';

export interface LayoutConfig {
  readonly passwd: 'auto' | 'altfiles' | 'etc';
  readonly declareUsers: boolean;
  readonly optUsrLocal: 'auto' | 'var' | 'root' | 'stateoverlay';
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
    declareUsers: {
      type: 'boolean',
      default: false,
      description:
        'Whether users and groups that package scripts make are declared in sysusers.d with their numbers: a machine whose /etc/passwd is its own then gets them at the next start.',
    },
    optUsrLocal: {
      enum: ['auto', 'var', 'root', 'stateoverlay'],
      default: 'auto',
      description:
        "Where /opt and /usr/local lead. var: to the machine's /var, with links there to what packages have. root: plain directories of the image. stateoverlay: directories of the image with the machine's changes laid over them at each start. auto: what the treefile says (opt-usrlocal), and for layers what the base has.",
    },
  },
};
