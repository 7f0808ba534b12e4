import { SOLVER_OPTIONS } from '@ostrata/package-spec';

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
    ...SOLVER_OPTIONS,
  },
} as const;
