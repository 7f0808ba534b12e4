import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ARCH_PACKAGES, FIELDS, LEGACY_NAMES } from './fields.ts';

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
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
  /** Whether what is wrong is the type, so that saying what is there instead helps. */
  readonly type: boolean;
}

/** Checks the values of the known keys of a treefile. */
export function schemaProblems(value: unknown): SchemaProblem[] {
  if (validate(value)) return [];
  const problems = new Map<string, SchemaProblem>();
  for (const error of validate.errors ?? []) {
    const problem = toProblem(error);
    if (problem && !problems.has(error.instancePath)) problems.set(error.instancePath, problem);
  }
  return [...problems.values()];
}

const TYPE_NAMES: { readonly [type: string]: string } = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  array: 'a list',
  object: 'a map',
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
      return { path, message: `must be ${names.join(' or ')}`, type: true };
    }
    case 'enum':
      return { path, message: `must be one of ${(params['allowedValues'] as string[]).join(', ')}`, type: false };
    case 'required':
      return { path, message: `lacks the key "${params['missingProperty']}"`, type: false };
    case 'minimum':
      return { path, message: 'must not be negative', type: false };
    case 'minItems':
    case 'maxItems': {
      const { minItems, maxItems } = error.parentSchema as { minItems?: number; maxItems?: number };
      const count =
        maxItems === undefined
          ? `at least ${minItems}`
          : minItems === maxItems
            ? minItems
            : `${minItems} or ${maxItems}`;
      return { path, message: `must have ${count} entries`, type: false };
    }
    default:
      return { path, message: error.message ?? 'is not valid', type: false };
  }
}
