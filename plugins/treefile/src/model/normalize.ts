import type { Json } from '@ostrata/contract';
import { FIELDS, LEGACY_NAMES } from './fields.ts';
import { lastOnly, sortedSet, sortKeys } from './merge.ts';
import { splitPackages } from './packages.ts';
import type { Fields } from './treefile.ts';

/**
 * Brings one checked treefile into the form that is merged: old names become new ones, package lists one sorted set, maps sorted,
 * and what `container` and `edition` imply is filled in. Unknown keys and keys without a value are left out.
 */
export function normalizeTreefile(raw: Fields, basearch: string): Fields {
  const fields: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(raw)) {
    const name = LEGACY_NAMES[key] ?? key;
    if (value !== null && Object.hasOwn(FIELDS, name)) fields[name] = value;
  }
  const requested = [fields['packages'], fields['bootstrap-packages'], raw[`packages-${basearch}`]];
  delete fields['bootstrap-packages'];
  if (requested.some((list) => list !== undefined && list !== null)) fields['packages'] = packageSet(requested.flat());

  for (const key of ['repo-packages', 'ex-override-replace']) {
    const groups = fields[key] as readonly { packages: readonly string[] }[] | undefined;
    if (groups) fields[key] = lastOnly(groups.map((group) => ({ ...group, packages: packageSet(group.packages) })));
  }
  for (const [key, value] of Object.entries(fields)) {
    if (FIELDS[key]?.merge === 'union') fields[key] = sortedSet(value as readonly string[]);
    if (FIELDS[key]?.merge === 'map') fields[key] = sortKeys(value);
  }
  if (fields['rpmdb'] === 'b-d-b') fields['rpmdb'] = 'bdb';
  if (fields['opt-usrlocal'] === 'stateoverlay') fields['opt-usrlocal'] = 'state-overlay';

  // rpm-ostree writes the description even where there is none.
  const rojig = fields['rojig'] as Fields | undefined;
  if (rojig !== undefined) fields['rojig'] = { ...rojig, description: rojig['description'] ?? null };

  if (fields['container'] === true) Object.assign(fields, CONTAINER);
  if (fields['edition'] === '2024') {
    fields['boot-location'] ??= 'modules';
    fields['tmp-is-dir'] ??= true;
  }
  return fields;
}

/** What `container: true` implies, whatever else the same file says (rust/src/treefile.rs, `treefile_parse_stream`). */
const CONTAINER: Fields = {
  'boot-location': 'modules',
  selinux: false,
  'tmp-is-dir': true,
  'preserve-passwd': false,
  'check-passwd': { type: 'none' },
  'check-groups': { type: 'none' },
};

function packageSet(entries: readonly (Json | undefined)[]): string[] {
  return sortedSet(entries.flatMap((entry) => (typeof entry === 'string' ? (splitPackages(entry) ?? []) : [])));
}
