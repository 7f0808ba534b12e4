/** What can be configured. */
export interface RepoRpmConfig {
  /** What happens when a package has a %triggerin for another package of the tree: it is never run. */
  readonly packageTriggers: 'warn' | 'refuse' | 'skip';
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    packageTriggers: {
      enum: ['warn', 'refuse', 'skip'],
      default: 'warn',
      description:
        'Triggers of packages on other packages (%triggerin) are not run in images: warn of those that would run, refuse such packages, or say nothing.',
    },
  },
} as const;
