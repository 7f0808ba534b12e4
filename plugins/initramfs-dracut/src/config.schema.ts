import type { Json } from '@ostrata/contract';

export interface InitramfsConfig {
  readonly compression: 'fast' | 'dracut';
  readonly cache: boolean;
}

/** Schema of this plugin's configuration. */
export const configSchema: { readonly [key: string]: Json } = {
  type: 'object',
  additionalProperties: false,
  properties: {
    compression: {
      enum: ['fast', 'dracut'],
      default: 'fast',
      description:
        'fast: zstd at a middle level, where kernel and image have it and neither the arguments nor the image choose another. dracut: what dracut chooses, often gzip -9, which takes most of the time.',
    },
    cache: {
      type: 'boolean',
      default: true,
      description: 'Uses an initramfs that was made of the same inputs before.',
    },
  },
};
