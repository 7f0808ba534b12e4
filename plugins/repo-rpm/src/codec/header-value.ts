import { isAscii } from 'node:buffer';
import { RpmFormatError } from './errors.ts';
import type { HeaderEntry } from './header-blob.ts';
import { TagType, type TagTypeId, tagName, tagType } from './tags.ts';

/** A value to put under a tag. Numbers for the integer types, text for the string types, bytes for `bin` and `char`. */
export type TagValue = number | bigint | string | Uint8Array | readonly number[] | readonly string[];

const WIDTHS: Partial<Record<number, number>> = {
  [TagType.char]: 1,
  [TagType.int8]: 1,
  [TagType.int16]: 2,
  [TagType.int32]: 4,
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of a header: UTF-8, and Latin-1 where an old package holds something else, so that no byte is lost. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

/** The strings of an entry as text. */
export function entryTexts(entry: HeaderEntry): string[] {
  const { data, count } = entry;
  if (count === 1 || !isAscii(data)) return entryStrings(entry).map(decodeText);
  return data.toString('latin1', 0, data.length - 1).split('\0');
}

/** The strings of an entry as bytes, without their NULs. */
export function entryStrings(entry: HeaderEntry): Buffer[] {
  const strings: Buffer[] = [];
  const { data, count } = entry;
  let start = 0;
  for (let at = 0; at < data.length && strings.length < count; at++) {
    if (data[at] !== 0) continue;
    strings.push(data.subarray(start, at));
    start = at + 1;
  }
  return strings;
}

/** The numbers of an integer entry; those past 2^53 are refused. */
export function entryNumbers({ tag, type, count, data }: HeaderEntry): number[] {
  const numbers = new Array<number>(count);
  if (type === TagType.int64) {
    for (let i = 0; i < count; i++) {
      const value = data.readBigUInt64BE(i * 8);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
        throw new RpmFormatError('RPM_TAG_INVALID', `${tagName(tag) ?? tag} holds a number beyond 2^53`, { tag });
      }
      numbers[i] = Number(value);
    }
    return numbers;
  }
  const width = WIDTHS[type];
  if (width === undefined) {
    throw new RpmFormatError('RPM_TAG_INVALID', `${tagName(tag) ?? tag} does not hold numbers`, { tag, type });
  }
  if (width === 4) for (let i = 0; i < count; i++) numbers[i] = data.readUInt32BE(i * 4);
  else if (width === 2) for (let i = 0; i < count; i++) numbers[i] = data.readUInt16BE(i * 2);
  else for (let i = 0; i < count; i++) numbers[i] = data[i] as number;
  return numbers;
}

function encodeStrings(strings: readonly string[]): Buffer {
  return Buffer.concat(strings.map((string) => Buffer.from(`${string}\0`, 'utf8')));
}

function encodeNumbers(type: number, numbers: readonly (number | bigint)[]): Buffer {
  if (type === TagType.int64) {
    const data = Buffer.alloc(numbers.length * 8);
    numbers.forEach((number, i) => {
      data.writeBigUInt64BE(BigInt(number), i * 8);
    });
    return data;
  }
  const width = WIDTHS[type] ?? 4;
  const data = Buffer.alloc(numbers.length * width);
  numbers.forEach((number, i) => {
    data.writeUIntBE(Number(number), i * width, width);
  });
  return data;
}

/**
 * Encodes a value as an entry.
 * @param type the wire type; by default what rpm defines for the tag.
 * @throws TypeError when the value does not suit the type: a mistake of the caller, not of a package.
 */
export function encodeEntry(tag: number, value: TagValue, type: TagTypeId | undefined = tagType(tag)): HeaderEntry {
  if (type === undefined) throw new TypeError(`tag ${tag} is unknown: name its type`);
  if (value instanceof Uint8Array) {
    if (type !== TagType.bin && type !== TagType.char && type !== TagType.int8) {
      throw new TypeError(`tag ${tag} of type ${type} does not take bytes`);
    }
    return { tag, type, count: value.length, data: Buffer.from(value) };
  }
  const values = (typeof value === 'object' ? value : [value]) as readonly (number | bigint | string)[];
  if (values.length === 0) throw new TypeError(`tag ${tag} needs at least one value`);
  const wantsText = type === TagType.string || type === TagType.stringArray || type === TagType.i18n;
  if (type === TagType.bin || values.some((item) => (typeof item === 'string') !== wantsText)) {
    throw new TypeError(`the value of tag ${tag} does not suit type ${type}`);
  }
  if (wantsText) {
    const strings = values as readonly string[];
    if (strings.some((string) => string.includes('\0'))) throw new TypeError(`the value of tag ${tag} contains a NUL`);
    if (type === TagType.string && strings.length !== 1) throw new TypeError(`tag ${tag} takes one string`);
    return { tag, type, count: strings.length, data: encodeStrings(strings) };
  }
  return { tag, type, count: values.length, data: encodeNumbers(type, values as readonly (number | bigint)[]) };
}
