import type { Json } from '@ostrata/contract';

export interface GpgConfig {
  readonly keys: readonly { readonly key?: string; readonly homedir?: string; readonly file?: string }[];
}

const text = (description: string): Json => ({ type: 'string', minLength: 1, description });

/** Schema of this plugin's configuration. */
export const configSchema: { readonly [key: string]: Json } = {
  type: 'object',
  additionalProperties: false,
  properties: {
    keys: {
      type: 'array',
      default: [],
      description: 'Every published commit is signed with each of these keys.',
      items: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        not: { required: ['homedir', 'file'] },
        properties: {
          key: text(
            'Key id, fingerprint or user id. Without it, the default key of the home directory or the only one in the file.',
          ),
          homedir: text("Home directory of GnuPG; gpg signs. Without it and `file`, the user's."),
          file: text('File of secret keys without a passphrase, armored or not; needs no gpg.'),
        },
      },
    },
  },
};
