/** Configuration of this plugin. */
export interface QueryConfig {
  /** Directories of .repo files. */
  readonly reposdir: readonly string[];
  /** What `$releasever` stands for; null takes VERSION_ID of /etc/os-release. */
  readonly releasever: string | null;
}

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    reposdir: {
      type: 'array',
      items: { type: 'string', pattern: '^/' },
      default: ['/etc/yum.repos.d', '/etc/distro.repos.d'],
      description: 'Directories of .repo files',
    },
    releasever: {
      type: ['string', 'null'],
      default: null,
      description: 'What $releasever stands for; null takes VERSION_ID of /etc/os-release',
    },
  },
} as const;
