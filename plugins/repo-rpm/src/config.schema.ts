/** What can be configured. */
export interface RepoRpmConfig {
  /** What happens when a package has a %triggerin for another package of the tree. */
  readonly packageTriggers: 'refuse' | 'skip';
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    packageTriggers: {
      enum: ['refuse', 'skip'],
      default: 'refuse',
      description:
        'Triggers of packages on other packages (%triggerin) are not run in images: refuse packages whose trigger would run, or leave the trigger out.',
    },
  },
} as const;
