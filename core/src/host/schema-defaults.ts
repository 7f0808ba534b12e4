/** A JSON Schema, as far as it is looked into here. */
interface Schema {
  readonly type?: unknown;
  readonly default?: unknown;
  readonly properties?: { readonly [name: string]: Schema };
}

/** Keywords under which an object without members is valid, whatever they say. */
const HARMLESS = [
  '$schema',
  'title',
  'description',
  'default',
  'type',
  'properties',
  'propertyNames',
  'additionalProperties',
];

/**
 * What an empty configuration is with all defaults of its schema, or undefined where only a validator can tell. It is what ajv's
 * `useDefaults` makes of `{}`; most hosts configure few plugins, and a validator takes longer to load than all of them.
 */
export function schemaDefaults(schema: Schema): Record<string, unknown> | undefined {
  if (schema.type !== 'object' || Object.keys(schema).some((keyword) => !HARMLESS.includes(keyword))) return undefined;
  const filled: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    const value = isEmptyObject(property.default) ? schemaDefaults(property) : structuredClone(property.default);
    if (value === undefined) return undefined;
    filled[name] = value;
  }
  return filled;
}

export function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
