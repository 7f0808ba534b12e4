/**
 * The text of `/run/rpm-ostree/update-driver.gv`: a dictionary `a{sv}` of texts in the form of GVariant (GVariant specification 1.0,
 * "Serialisation Format"), little-endian and with the smallest offsets, as GLib writes it.
 */

/** Files of drivers have two short texts. */
const LIMIT = 64 << 10;
const ALIGNMENT = 8;

const align = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

export function encodeTexts(texts: Readonly<Record<string, string>>): Buffer {
  let body = Buffer.alloc(0);
  const ends: number[] = [];
  for (const [key, value] of Object.entries(texts)) {
    const name = Buffer.from(`${key}\0`);
    const entry = padded(name);
    const held = Buffer.concat([entry, Buffer.from(`${value}\0\0s`)]);
    body = Buffer.concat([padded(body), withOffsets(held, [name.length])]);
    ends.push(body.length);
  }
  return withOffsets(body, ends);
}

/** Throws an Error for what is no such dictionary, or has something else than texts. */
export function decodeTexts(bytes: Buffer): Record<string, string> {
  if (bytes.length > LIMIT) throw new Error(`it has ${bytes.length} bytes`);
  const texts: Record<string, string> = {};
  if (bytes.length === 0) return texts;
  const size = offsetSize(bytes.length);
  const first = bytes.readUIntLE(bytes.length - size, size);
  const count = (bytes.length - first) / size;
  if (first > bytes.length - size || !Number.isInteger(count)) throw new Error('its offsets lead elsewhere');
  for (let index = 0, start = 0; index < count; index++) {
    const end = bytes.readUIntLE(first + index * size, size);
    if (end < start || end > first) throw new Error('its offsets lead elsewhere');
    const [key, value] = decodeEntry(bytes.subarray(start, end));
    texts[key] = value;
    start = align(end);
  }
  return texts;
}

function decodeEntry(entry: Buffer): readonly [string, string] {
  const size = offsetSize(entry.length);
  if (entry.length <= size) throw new Error('an entry is too short');
  const end = entry.readUIntLE(entry.length - size, size);
  const held = entry.subarray(align(end), entry.length - size);
  const isText = held.length >= 3 && held.subarray(-3).equals(Buffer.from('\0\0s'));
  if (end === 0 || entry[end - 1] !== 0 || !isText) throw new Error('an entry is no text');
  return [text(entry.subarray(0, end - 1)), text(held.subarray(0, -3))];
}

function text(bytes: Buffer): string {
  if (bytes.includes(0)) throw new Error('a text has a zero in it');
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(align(bytes.length) - bytes.length)]);

const offsetSize = (length: number): number => (length <= 0xff ? 1 : length <= 0xffff ? 2 : 4);

/** Offsets take as few bytes as the whole needs, with them. */
function withOffsets(body: Buffer, offsets: readonly number[]): Buffer {
  const size = [1, 2, 4].find((bytes) => body.length + bytes * offsets.length < 256 ** bytes) ?? 4;
  const table = Buffer.alloc(size * offsets.length);
  for (const [index, offset] of offsets.entries()) table.writeUIntLE(offset, index * size, size);
  return Buffer.concat([body, table]);
}
