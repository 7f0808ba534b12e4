import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ARCH_PACKAGES, FIELDS, LEGACY_NAMES } from './fields.ts';

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
  logger: false,
});

const properties = Object.fromEntries([
  ...Object.entries(FIELDS).map(([name, field]) => [name, field.schema]),
  ...Object.entries(LEGACY_NAMES).map(([old, name]) => [old, FIELDS[name]?.schema ?? true]),
]);

const validate = ajv.compile({
  type: 'object',
  properties,
  patternProperties: { [ARCH_PACKAGES.source]: { type: 'array', items: { type: 'string' } } },
});

/** One mistake of a value, as the schema sees it. */
export interface SchemaProblem {
  readonly path: readonly (string | number)[];
  /** What must be there: `must be a list`. */
  readonly message: string;
  /** `type`: saying what is there instead helps. `unknown`: the last step of the path is a key that nobody knows. */
  readonly kind: 'type' | 'value' | 'unknown';
}

/** Checks the values of the known keys of a treefile. */
export function schemaProblems(value: unknown): SchemaProblem[] {
  if (validate(value)) return [];
  const problems = new Map<string, SchemaProblem>();
  for (const error of validate.errors ?? []) {
    const problem = toProblem(error);
    const key = `${error.instancePath} ${problem.message}`;
    if (!problems.has(key)) problems.set(key, problem);
  }
  return [...problems.values()];
}

const TYPE_NAMES: { readonly [type: string]: string } = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  array: 'a list',
  object: 'a map',
  null: 'nothing',
};

function toProblem(error: ErrorObject): SchemaProblem {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const params = error.params as { [key: string]: unknown };
  switch (error.keyword) {
    case 'type': {
      const names = [params['type']].flat().map((type) => TYPE_NAMES[String(type)] ?? String(type));
      return { path, message: `must be ${names.join(' or ')}`, kind: 'type' };
    }
    case 'additionalProperties':
      return { path: [...path, String(params['additionalProperty'])], message: 'unknown key', kind: 'unknown' };
    case 'enum': {
      const values = (params['allowedValues'] as string[]).map((value) => `"${value}"`);
      const kind = typeof error.data === 'string' ? 'value' : 'type';
      return { path, message: `must be one of ${values.join(', ')}`, kind };
    }
    case 'required':
      return { path, message: `lacks the key "${params['missingProperty']}"`, kind: 'value' };
    case 'minimum':
      return { path, message: 'must not be negative', kind: 'value' };
    case 'minItems':
    case 'maxItems': {
      const { minItems, maxItems } = error.parentSchema as { minItems?: number; maxItems?: number };
      const count =
        maxItems === undefined
          ? `at least ${minItems}`
          : minItems === maxItems
            ? minItems
            : `${minItems} or ${maxItems}`;
      return { path, message: `must have ${count} entries`, kind: 'value' };
    }
    default:
      return { path, message: error.message ?? 'is not valid', kind: 'value' };
  }
}
