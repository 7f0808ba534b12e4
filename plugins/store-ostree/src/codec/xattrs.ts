import { Buffer } from 'node:buffer';
import { invalid } from './errors.ts';
import { encode, type Value } from './gvariant/index.ts';

/** An extended attribute; the name has its namespace, as in `security.capability`. */
export type Xattr = readonly [name: string, value: Uint8Array];

/** The GVariant type of a list of extended attributes: pairs of zero-terminated name and value. */
export const XATTRS_TYPE = 'a(ayay)';
export const NO_XATTRS: readonly Xattr[] = [];

/** The attributes sorted by the bytes of their names, as they must stand in an object for its checksum to be canonical. */
export function canonicalXattrs(xattrs: readonly Xattr[]): readonly Xattr[] {
  if (xattrs.length < 2) return xattrs;
  return xattrs.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

export function xattrsToValue(xattrs: readonly Xattr[]): Value {
  return canonicalXattrs(xattrs).map(([name, value]) => [Buffer.from(`${name}\0`), value]);
}

export function xattrsFromValue(value: Value): readonly Xattr[] {
  const list = value as readonly (readonly [Uint8Array, Uint8Array])[];
  if (list.length === 0) return NO_XATTRS;
  return list.map(([name, bytes]) => {
    const end = name.length - 1;
    if (end < 1 || name.indexOf(0) !== end)
      throw invalid('an extended attribute whose name is empty or not terminated');
    return [Buffer.from(name.buffer, name.byteOffset, end).toString('utf8'), bytes];
  });
}

export const encodeXattrs = (xattrs: readonly Xattr[]): Buffer => encode(XATTRS_TYPE, xattrsToValue(xattrs));
