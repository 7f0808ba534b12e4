import { globToRegExp, isGlob } from '@ostrata/package-spec';
import type { Catalog } from './catalog.ts';

/** The ways to write a package, in the order in which they are tried (dnf, hawkey's default forms). */
const FORMS = ['nevra', 'na', 'name', 'nevr', 'nev'] as const;
type Form = (typeof FORMS)[number];

/** Whether words name files: absolute, or a pattern of such. */
export function isFilePattern(text: string): boolean {
  return text.startsWith('/') || text.startsWith('*/');
}

/**
 * Packages that a key names: `name`, `name.arch`, `name-[epoch:]version[-release][.arch]`, with shell patterns in all of them. The first
 * form that fits any package counts. None: an empty list.
 */
export function named(catalog: Catalog, key: string, { ignoreCase = false } = {}): number[] {
  const wanted = ignoreCase ? key.toLowerCase() : key;
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const glob = isGlob(wanted) ? globToRegExp(wanted) : null;
  const equals = (text: string) => (glob === null ? fold(text) === wanted : glob.test(fold(text)));
  const found: Record<Form, number[]> = { nevra: [], na: [], name: [], nevr: [], nev: [] };
  for (let p = 0; p < catalog.count; p++) {
    const name = catalog.name(p);
    if (glob === null && !wanted.startsWith(fold(name))) continue;
    const form = formOf(catalog, p, name, equals);
    if (form !== null) found[form].push(p);
  }
  const form = FORMS.find((candidate) => found[candidate].length > 0);
  return form === undefined ? [] : found[form];
}

function formOf(catalog: Catalog, p: number, name: string, equals: (text: string) => boolean): Form | null {
  const evr = catalog.evr(p);
  const arch = catalog.arch(p);
  const evrs = evr.includes(':') ? [evr, evr.slice(evr.indexOf(':') + 1)] : [evr, `0:${evr}`];
  if (evrs.some((e) => equals(`${name}-${e}.${arch}`))) return 'nevra';
  if (equals(`${name}.${arch}`)) return 'na';
  if (equals(name)) return 'name';
  if (evrs.some((e) => equals(`${name}-${e}`))) return 'nevr';
  return evrs.some((e) => e.includes('-') && equals(`${name}-${e.slice(0, e.lastIndexOf('-'))}`)) ? 'nev' : null;
}
