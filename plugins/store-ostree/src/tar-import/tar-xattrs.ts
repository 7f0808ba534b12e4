import type { Xattr } from '../codec/xattrs.ts';
import { canonicalXattrs, NO_XATTRS } from '../codec/xattrs.ts';

const SCHILY = 'SCHILY.xattr.';
const LIBARCHIVE = 'LIBARCHIVE.xattr.';

/**
 * The extended attributes in the pax header of an entry: `LIBARCHIVE.xattr.NAME` with a base64 value and a percent-encoded name, and
 * `SCHILY.xattr.NAME` with the bytes themselves. An Error names an attribute whose bytes were not kept.
 */
export function tarXattrs(pax: Readonly<Record<string, string>> | null | undefined): readonly Xattr[] {
  if (!pax) return NO_XATTRS;
  const xattrs = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(pax)) {
    if (!key.startsWith(LIBARCHIVE)) continue;
    xattrs.set(decodeURIComponent(key.slice(LIBARCHIVE.length)), Buffer.from(value, 'base64'));
  }
  for (const [key, value] of Object.entries(pax)) {
    if (!key.startsWith(SCHILY)) continue;
    const name = key.slice(SCHILY.length);
    if (xattrs.has(name)) continue;
    // The reader of archives decodes headers as UTF-8 and replaces what is none.
    if (value.includes('\ufffd'))
      throw new Error(`the extended attribute ${name} has binary data without a base64 form`);
    xattrs.set(name, Buffer.from(value));
  }
  return canonicalXattrs([...xattrs]);
}
