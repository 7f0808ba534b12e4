import { SOLVER_OPTIONS } from '@ostrata/package-spec';

/** JSON Schema of the plugin's configuration. */
export const CONFIG_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  additionalProperties: false,
  properties: SOLVER_OPTIONS,
} as const;
