/** Configuration of the plugin. */
export interface StoreConfig {
  readonly refBinding: boolean;
  readonly roots: 'auto' | 'overlay' | 'copy';
  readonly keepDeployments: number;
  readonly etcConflicts: 'keep-mine' | 'take-theirs' | 'fail';
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
    keepDeployments: {
      type: 'integer',
      minimum: 0,
      maximum: 100,
      default: 0,
      description: 'How many older deployments stay beside the running one, the one before a new one, and pinned ones.',
    },
    etcConflicts: {
      enum: ['keep-mine', 'take-theirs', 'fail'],
      default: 'keep-mine',
      description:
        'What a deployment gets where a file of /etc was changed by hand and in the new image: the file as it is, the new default, or neither: then it is refused.',
    },
  },
} as const;
