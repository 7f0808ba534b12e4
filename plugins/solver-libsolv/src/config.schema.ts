/** JSON Schema of the plugin's configuration. */
export const CONFIG_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  additionalProperties: false,
  properties: {
    library: {
      type: 'string',
      minLength: 1,
      default: 'libsolv.so.1',
      description: 'File or soname of libsolv.',
    },
    multilib: {
      type: 'boolean',
      default: true,
      description: 'Packages of one name for 32 and 64 bits may be installed side by side.',
    },
    installonly: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description: 'Names or patterns of packages of which several versions may be installed.',
    },
  },
} as const;
