/** A value that survives `JSON.stringify` and `JSON.parse` unchanged. Every record of the corridor is made of these. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What plugins attach to a record for themselves, keyed by plugin name; nobody else's business, but part of the record's digest. */
export type Extras = { readonly [plugin: string]: Json };

/** A checksum with its algorithm as rpm-md and OSTree name them (`sha256`, `sha512`, `md5`, …); `value` is lower-case hex. */
export interface Checksum {
  readonly algorithm: string;
  readonly value: string;
}

/**
 * A value with its GVariant type string, for commit metadata (`{ type: 's', value: 'x' }`, `{ type: 'as', value: ['a'] }`).
 * `ay` is a base64 string, 64-bit integers are numbers when safe and decimal strings otherwise, `v` is a nested Variant,
 * dictionaries are arrays of `[key, value]` pairs.
 */
export interface Variant {
  readonly type: string;
  readonly value: Json;
}

/** Metadata of a commit: `a{sv}` as a map from key to typed value. */
export type Metadata = { readonly [key: string]: Variant };
