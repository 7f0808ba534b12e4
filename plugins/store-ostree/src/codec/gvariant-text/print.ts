import { parseType, type Value, type Variant } from '../gvariant/index.ts';
import type { TypeNode } from '../gvariant/type.ts';

/** The letters of the escapes that GLib writes for control characters. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': 'a',
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
};

const NUMBER_PREFIX: Readonly<Record<string, string>> = {
  y: 'byte ',
  n: 'int16 ',
  q: 'uint16 ',
  u: 'uint32 ',
  h: 'handle ',
  x: 'int64 ',
  t: 'uint64 ',
};

/** A value in the text format of GVariant as g_variant_print writes it ("GVariant Text Format" of GLib's manual). */
export function printValue(type: string, value: Value, annotate = true): string {
  return print(parseType(type), value, annotate);
}

export const printVariant = ({ type, value }: Variant, annotate = true): string => printValue(type, value, annotate);

function print(node: TypeNode, value: Value, annotate: boolean): string {
  switch (node.kind) {
    case 'basic':
      return printBasic(node.text, value, annotate);
    case 'bytes':
      return printBytes(value as Uint8Array, annotate);
    case 'variant': {
      const inner = value as Variant;
      return `<${print(parseType(inner.type), inner.value, true)}>`;
    }
    case 'maybe':
      return `${annotate ? `@${node.text} ` : ''}${value === null ? 'nothing' : print(node.child, value, false)}`;
    case 'tuple': {
      const items = (value as readonly Value[]).map((item, index) => print(node.members[index]!, item, annotate));
      return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
    }
    case 'array':
      return printArray(node.text, node.child, value as readonly Value[], annotate);
  }
}

/** Only the first element carries type annotations: the others must have its type. */
function printArray(text: string, child: TypeNode, items: readonly Value[], annotate: boolean): string {
  const dictionary = text.startsWith('a{');
  const [open, close] = dictionary ? ['{', '}'] : ['[', ']'];
  if (items.length === 0) return `${annotate ? `@${text} ` : ''}${open}${close}`;
  const printed = items.map((item, index) => {
    const first = annotate && index === 0;
    if (!dictionary) return print(child, item, first);
    const [key, value] = (child as TypeNode & { kind: 'tuple' }).members;
    const pair = item as readonly Value[];
    return `${print(key!, pair[0]!, first)}: ${print(value!, pair[1]!, first)}`;
  });
  return `${open}${printed.join(', ')}${close}`;
}

/** Bytes with a zero at their end and nowhere else are shown as text. */
function printBytes(bytes: Uint8Array, annotate: boolean): string {
  if (bytes.length > 0 && bytes.indexOf(0) === bytes.length - 1) {
    const quote = bytes.includes(0x27) ? '"' : "'";
    return `b${quote}${[...bytes.subarray(0, -1)].map(escapeByte).join('')}${quote}`;
  }
  if (bytes.length === 0) return annotate ? '@ay []' : '[]';
  const hex = [...bytes].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`);
  return `[${annotate ? 'byte ' : ''}${hex.join(', ')}]`;
}

function escapeByte(byte: number): string {
  const char = String.fromCharCode(byte);
  if (char === '"' || char === '\\') return `\\${char}`;
  if (byte >= 0x20 && byte < 0x7f) return char;
  const letter = ESCAPES[char];
  return letter !== undefined && letter !== 'a' ? `\\${letter}` : `\\${byte.toString(8).padStart(3, '0')}`;
}

function printBasic(type: string, value: Value, annotate: boolean): string {
  switch (type) {
    case 'b':
      return value === true ? 'true' : 'false';
    case 's':
      return quoted(value as string);
    case 'o':
      return `${annotate ? 'objectpath ' : ''}${quoted(value as string)}`;
    case 'g':
      return `${annotate ? 'signature ' : ''}${quoted(value as string)}`;
    case 'd':
      return printDouble(value as number);
    default: {
      const prefix = annotate ? (NUMBER_PREFIX[type] ?? '') : '';
      return prefix + (type === 'y' ? `0x${(value as number).toString(16).padStart(2, '0')}` : String(value));
    }
  }
}

function printDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const text = String(value);
  return /[.en]/.test(text) ? text : `${text}.0`;
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

function quoted(text: string): string {
  const quote = text.includes("'") ? '"' : "'";
  let result = quote;
  for (const char of text) {
    if (char === quote || char === '\\') result += `\\${char}`;
    else if (!UNPRINTABLE.test(char)) result += char;
    else if (ESCAPES[char] !== undefined) result += `\\${ESCAPES[char]}`;
    else {
      const code = char.codePointAt(0)!;
      result +=
        code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
    }
  }
  return result + quote;
}
