import type { Json } from '@ostrata/contract';

/**
 * How a field of an including file (or an earlier include) meets the same field of an included one; rust/src/treefile.rs,
 * `treefile_merge`.
 * - first: the including file wins.
 * - concat: the included list, then the including one.
 * - union: a sorted set of both.
 * - map: both maps; the including file wins for a key.
 * - package-groups: concatenated, then a package counts only where it stands last.
 * - own: an included file's value is ignored.
 */
export type MergeRule = 'first' | 'concat' | 'union' | 'map' | 'package-groups' | 'own';

export interface Field {
  /** JSON Schema of the value. No `anyOf`: each mistake must have one place and one sentence. */
  readonly schema: { readonly [key: string]: Json };
  readonly merge: MergeRule;
  /** Left out of the flattened form. */
  readonly hidden?: true;
}

const string = { type: 'string' } as const;
const boolean = { type: 'boolean' } as const;
const strings = { type: 'array', items: string } as const;
const stringMap = { type: 'object', additionalProperties: string } as const;
const anyMap = { type: 'object' } as const;
const include = { type: ['string', 'array'], items: string } as const;
const oneOf = (...values: string[]) => ({ enum: values });
const whole = { type: 'integer', minimum: 0 } as const;

/** A map of fixed keys; others are warned of. */
const record = (properties: { readonly [key: string]: Json }, ...required: string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const first = (schema: Field['schema']): Field => ({ schema, merge: 'first' });
const list = (schema: Field['schema'] = strings): Field => ({ schema, merge: 'concat' });
const set: Field = { schema: strings, merge: 'union' };
const map = (schema: Field['schema']): Field => ({ schema, merge: 'map' });
const consumed = (schema: Field['schema']): Field => ({ schema, merge: 'own', hidden: true });

const accountCheck = (entry: Field['schema']): Field['schema'] =>
  record(
    {
      type: oneOf('none', 'previous', 'file', 'data'),
      filename: string,
      entries: { type: 'object', additionalProperties: entry },
    },
    'type',
  );

/**
 * Every field of a treefile, in the order in which rpm-ostree writes the flattened form. Types and merge rules are those of
 * rust/src/treefile.rs (TreeComposeConfig, DeriveConfigFields, BaseComposeConfigFields).
 */
export const FIELDS: { readonly [name: string]: Field } = {
  packages: set,
  'repo-packages': {
    schema: {
      type: 'array',
      items: record({ repo: string, packages: strings }, 'repo', 'packages'),
    },
    merge: 'package-groups',
  },
  cliwrap: first(boolean),
  'cliwrap-binaries': list(),
  'base-refspec': first(string),
  'container-image-reference': first(string),
  'packages-local': map(stringMap),
  'packages-local-fileoverride': map(stringMap),
  'override-remove': set,
  'ex-override-replace': {
    schema: {
      type: 'array',
      items: record({ from: record({ repo: string }, 'repo'), packages: strings }, 'from', 'packages'),
    },
    merge: 'package-groups',
  },
  'override-replace-local': map(stringMap),
  initramfs: first(record({ regenerate: boolean, etc: strings, args: strings }, 'regenerate')),
  custom: first(record({ url: string, description: string }, 'url')),
  'override-commit': first(string),
  'unconfigured-state': first(string),
  edition: first(oneOf('2014', '2024')),
  ref: first(string),
  metadata: map(anyMap),
  basearch: first(string),
  variables: {
    schema: { type: 'object', additionalProperties: { type: ['boolean', 'integer', 'string'], minimum: 0 } },
    merge: 'map',
    hidden: true,
  },
  repovars: { schema: stringMap, merge: 'map', hidden: true },
  rojig: first(
    record(
      { name: string, summary: string, license: string, description: { type: ['string', 'null'] } },
      'name',
      'summary',
      'license',
    ),
  ),
  repos: list(),
  'lockfile-repos': list(),
  selinux: first(boolean),
  'ignore-devices': first(boolean),
  'selinux-label-version': first(whole),
  sysusers: first(oneOf('compose-auto', 'compose-forced')),
  ima: first(boolean),
  'gpg-key': first(string),
  include: consumed(include),
  'arch-include': consumed({ type: 'object', additionalProperties: include }),
  'conditional-include': consumed({
    type: 'array',
    // An inline treefile is checked on its own.
    items: record({ if: include, include: { type: ['string', 'array', 'object'], items: string } }, 'if', 'include'),
  }),
  'bootstrap-packages': consumed(strings),
  'ostree-layers': list(),
  'ostree-override-layers': list(),
  'exclude-packages': list(),
  'platform-module': { schema: string, merge: 'own' },
  container: first(boolean),
  recommends: first(boolean),
  documentation: first(boolean),
  'install-langs': list(),
  'initramfs-args': list(),
  'no-initramfs': first(boolean),
  'readonly-executables': first(boolean),
  'boot-location': first(oneOf('new', 'modules', 'kernel-install')),
  'tmp-is-dir': first(boolean),
  'opt-usrlocal': first(oneOf('var', 'root', 'state-overlay', 'stateoverlay')),
  units: list(),
  'default-target': first(string),
  'machineid-compat': first(boolean),
  releasever: first({ type: ['integer', 'string'], minimum: 0 }),
  'automatic-version-prefix': first(string),
  'automatic-version-suffix': first(string),
  'mutate-os-release': first(string),
  'etc-group-members': list(),
  'preserve-passwd': first(boolean),
  'check-passwd': first(
    accountCheck({ type: ['integer', 'array'], minimum: 0, items: whole, minItems: 1, maxItems: 2 }),
  ),
  'check-groups': first(accountCheck(whole)),
  'ignore-removed-users': set,
  'ignore-removed-groups': set,
  'postprocess-script': first(string),
  postprocess: list(),
  'add-files': list({ type: 'array', items: { type: 'array', items: string, minItems: 2, maxItems: 2 } }),
  'remove-files': list(),
  'remove-from-packages': list({ type: 'array', items: { type: 'array', items: string, minItems: 1 } }),
  'add-commit-metadata': map(anyMap),
  'repo-metadata': first(oneOf('inline', 'detached', 'disabled')),
  'advisories-metadata': first(oneOf('inline', 'detached', 'disabled')),
  rpmdb: first(oneOf('bdb', 'b-d-b', 'sqlite', 'ndb', 'target', 'host')),
  'rpmdb-normalize': first(boolean),
  'container-cmd': first(strings),
};

/** Old names of fields; a file may use one or the other. */
export const LEGACY_NAMES: { readonly [old: string]: string } = {
  gpg_key: 'gpg-key',
  boot_location: 'boot-location',
  default_target: 'default-target',
  automatic_version_prefix: 'automatic-version-prefix',
  bootstrap_packages: 'bootstrap-packages',
};

/** `packages-x86_64` and the like. */
export const ARCH_PACKAGES = /^packages-(?!local$|local-fileoverride$)(.+)$/;
