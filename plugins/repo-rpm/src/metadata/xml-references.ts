/** The five that XML knows by name: what is written behind `&`, and what it stands for. */
const NAMED = Object.entries({ 'lt;': '<', 'gt;': '>', 'amp;': '&', 'quot;': '"', 'apos;': "'" }).map(
  ([written, meant]) => ({ written: Buffer.from(written), bytes: Buffer.from(meant) }),
);

/** Bytes that a reference can have at most, from `&` to `;`: the longest is `&#1114111;`, leading zeros aside. */
const MAX_LENGTH = 16;

export type Reference = { readonly bytes: Uint8Array; readonly end: number } | 'incomplete' | 'unknown';

/** Reads the reference at `bytes[start]`, which is `&`: one of the five of XML, or a character by number. */
export function parseReference(bytes: Uint8Array, start: number, limit: number): Reference {
  for (const { written, bytes: meant } of NAMED) {
    const end = start + 1 + written.length;
    if (end <= limit && isAt(bytes, start + 1, written)) return { bytes: meant, end };
  }
  const last = Math.min(limit, start + MAX_LENGTH);
  let end = start + 1;
  while (end < last && isNamePart(bytes[end]!)) end++;
  if (end === limit && end - start < MAX_LENGTH) return 'incomplete';
  if (bytes[end] !== 59) return 'unknown';
  const code = characterNumber(String.fromCharCode(...bytes.subarray(start + 1, end)));
  return code < 0 ? 'unknown' : { bytes: Buffer.from(String.fromCodePoint(code)), end: end + 1 };
}

function isAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** Letters, digits and `#`. */
function isNamePart(byte: number): boolean {
  return byte === 35 || (byte >= 48 && byte <= 57) || ((byte | 32) >= 97 && (byte | 32) <= 122);
}

function characterNumber(name: string): number {
  const match = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
  if (!match) return -1;
  const code = match[1] === undefined ? Number.parseInt(match[2]!, 10) : Number.parseInt(match[1], 16);
  const allowed =
    code === 9 || code === 10 || code === 13 || (code >= 32 && code < 0xd800) || (code > 0xdfff && code <= 0x10ffff);
  return allowed && code !== 0xfffe && code !== 0xffff ? code : -1;
}

/**
 * Replaces references and white space in `bytes[start, end)` in place, as XML asks of attribute values; what they stand for is never
 * longer. Returns the new end, or the negative position of a reference that is none.
 */
export function decodeReferences(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  for (let from = start; from < end; ) {
    const byte = bytes[from]!;
    if (byte === 38) {
      const reference = parseReference(bytes, from, end);
      if (typeof reference === 'string') return -from;
      bytes.set(reference.bytes, to);
      to += reference.bytes.length;
      from = reference.end;
      continue;
    }
    if (byte === 13 && bytes[from + 1] === 10) from++;
    bytes[to++] = byte === 9 || byte === 10 || byte === 13 ? 32 : byte;
    from++;
  }
  return to;
}
