/** Configuration of the plugin. */
export interface StoreConfig {
  readonly refBinding: boolean;
  readonly roots: 'auto' | 'overlay' | 'copy';
}

export const CONFIG_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    refBinding: {
      type: 'boolean',
      default: true,
      description: 'Whether commits note the ref they are made for, as `ostree commit` does.',
    },
    roots: {
      enum: ['auto', 'overlay', 'copy'],
      default: 'auto',
      description:
        'How a tree is shown to programs: through an overlay over hard links, as a private copy, or the first of both that works.',
    },
  },
} as const;
