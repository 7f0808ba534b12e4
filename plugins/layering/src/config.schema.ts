/** What can be configured. */
export interface LayeringConfig {
  /** Directories of .repo files; null takes those of the system that packages are laid over. */
  readonly reposdir: readonly string[] | null;
  /** What `$releasever` stands for; null takes VERSION_ID of the system. */
  readonly releasever: string | null;
  readonly recommends: boolean;
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    reposdir: {
      type: ['array', 'null'],
      items: { type: 'string', pattern: '^/' },
      default: null,
      description: 'Directories of .repo files; null takes /etc/yum.repos.d and /etc/distro.repos.d of the system',
    },
    releasever: {
      type: ['string', 'null'],
      default: null,
      description: 'What $releasever stands for; null takes VERSION_ID of the system',
    },
    recommends: {
      type: 'boolean',
      default: true,
      description: 'Whether packages are installed that others only recommend',
    },
  },
} as const;
