import type { Json } from '@ostrata/contract';
import type { Fields, Variables } from './treefile.ts';

const STRING_FIELDS = ['ref', 'automatic-version-prefix', 'mutate-os-release', 'platform-module'];
const MAP_FIELDS = ['metadata', 'add-commit-metadata'];
const ROJIG_FIELDS = ['name', 'summary', 'description'];

/** Replaces `${name}` by the value of a variable. References to unknown variables stay as they are. */
export function substitute(text: string, variables: Variables): string {
  return text.replace(/\$\{([^${}]*)\}/g, (reference, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? reference : String(value);
  });
}

/** Replaces variables in the fields that rpm-ostree does (rust/src/treefile.rs, `substitute_vars`), and in no others. */
export function substituteFields(fields: Fields, variables: Variables): Fields {
  const out: { [key: string]: Json } = { ...fields };
  const text = (value: Json): Json => (typeof value === 'string' ? substitute(value, variables) : value);
  for (const key of STRING_FIELDS) if (out[key] !== undefined) out[key] = text(out[key]);
  for (const key of MAP_FIELDS) {
    const value = out[key];
    if (value !== undefined) {
      out[key] = Object.fromEntries(Object.entries(value as Fields).map(([name, item]) => [name, text(item)]));
    }
  }
  if (out['rojig'] !== undefined) {
    const rojig: { [key: string]: Json } = { ...(out['rojig'] as Fields) };
    for (const key of ROJIG_FIELDS) if (rojig[key] !== undefined) rojig[key] = text(rojig[key]);
    out['rojig'] = rojig;
  }
  return out;
}

/** Names of the variables that a text refers to and that have no value. */
export function unresolved(text: string): string[] {
  return [...text.matchAll(/\$\{([^${}]*)\}/g)].map((match) => match[1] ?? '');
}
