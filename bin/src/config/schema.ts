/** The configuration as it is in force after all files were merged. */
export interface Settings {
  /** By plugin name, in order: what is loaded and with which configuration. */
  readonly plugins: { readonly [name: string]: PluginSettings };
  /** Plugins that come first, in this order; the others follow in the order they are named. */
  readonly order: readonly string[];
  /** Which plugin answers a capability that several offer. */
  readonly capabilities: { readonly [capability: string]: string };
  /** Directory for what may be lost; null for the default of this user. */
  readonly cache: string | null;
  /** Directory for what must survive a crash; null for the default of this user. */
  readonly state: string | null;
  /** Worker threads for bulk work; null for one a processor, at most 8. */
  readonly workers: number | null;
}

export interface PluginSettings {
  readonly enabled?: boolean;
  /** npm package, absolute path, or path relative to the file that names it; a built-in plugin needs none. */
  readonly module?: string;
  readonly config?: { readonly [key: string]: unknown };
}

/** JSON Schema of one configuration file. */
export const settingsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    plugins: {
      type: 'object',
      propertyNames: { pattern: '^[a-z0-9][a-z0-9-]*$' },
      additionalProperties: {
        type: ['object', 'null'],
        additionalProperties: false,
        properties: { enabled: { type: 'boolean' }, module: { type: 'string' }, config: { type: 'object' } },
      },
    },
    order: { type: 'array', items: { type: 'string' } },
    capabilities: { type: 'object', additionalProperties: { type: 'string' } },
    cache: { type: ['string', 'null'] },
    state: { type: ['string', 'null'] },
    workers: { type: ['integer', 'null'], minimum: 1 },
  },
} as const;
