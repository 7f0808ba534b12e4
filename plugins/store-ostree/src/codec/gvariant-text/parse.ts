import { invalid } from '../errors.ts';
import { encode, parseType, type Value, type Variant } from '../gvariant/index.ts';

/** Words before a number or a string that give it its type. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  boolean: 'b',
  byte: 'y',
  int16: 'n',
  uint16: 'q',
  int32: 'i',
  uint32: 'u',
  handle: 'h',
  int64: 'x',
  uint64: 't',
  double: 'd',
  string: 's',
  objectpath: 'o',
  signature: 'g',
};
const MAX_DEPTH = 64;

/**
 * Reads a value in the text format of GVariant ("GVariant Text Format" of GLib's manual) whose type is in the text or follows from
 * it: numbers are `i`, numbers with a point `d`. Maybe types must be annotated. A CodecError says what is wrong.
 */
export function parseVariant(text: string): Variant {
  const parser = new Parser(text);
  const result = parser.value(undefined, 0);
  parser.end();
  // Ranges and nested types are checked where values are written.
  encode('v', result);
  return result;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) throw this.#problem('expected end of input');
  }

  /** A value of the wanted type, or of the type that the text implies. */
  value(wanted: string | undefined, depth: number): Variant {
    if (depth > MAX_DEPTH) throw this.#problem('nested too deeply');
    this.#space();
    const char = this.#text[this.#at];
    if (char === '@') {
      const type = this.#take(/@\S+/y).slice(1);
      parseType(type);
      return this.value(type, depth + 1);
    }
    if (char === '[') return this.#array(wanted, depth);
    if (char === '{') return this.#dictionary(wanted, depth);
    if (char === '(') return this.#tuple(wanted, depth);
    if (char === '<') return this.#variant(depth);
    if (char === "'" || char === '"') return { type: wanted ?? 's', value: this.#string() };
    if (/^b['"]/.test(this.#text.slice(this.#at, this.#at + 2))) return this.#bytes();
    if (char !== undefined && /[-+0-9.]/.test(char)) return this.#number(wanted);
    return this.#word(wanted, depth);
  }

  #word(wanted: string | undefined, depth: number): Variant {
    const word = this.#take(/[a-z][a-z0-9]*/y);
    if (word === 'true' || word === 'false') return { type: 'b', value: word === 'true' };
    if (wanted?.startsWith('m') && word === 'nothing') return { type: wanted, value: null };
    if (wanted?.startsWith('m') && word === 'just') {
      return { type: wanted, value: this.value(wanted.slice(1), depth + 1).value };
    }
    if (word === 'inf' || word === 'nan') return { type: 'd', value: word === 'inf' ? Infinity : NaN };
    const type = TYPE_WORDS[word];
    if (type === undefined) throw this.#problem('unknown keyword');
    return this.value(type, depth + 1);
  }

  #number(wanted: string | undefined): Variant {
    const text = this.#take(/[-+]?(?:0x[0-9a-fA-F]+|inf|nan|[0-9.]+(?:[eE][-+]?[0-9]+)?)/y);
    const type = wanted ?? (/^[-+]?0x/.test(text) || !/[.einEN]/.test(text) ? 'i' : 'd');
    if (type === 'd') return { type, value: Number(text) };
    const integer = toInteger(text);
    if (integer === undefined) throw this.#problem('invalid character in number');
    return { type, value: type === 'x' || type === 't' ? integer : Number(integer) };
  }

  #array(wanted: string | undefined, depth: number): Variant {
    const items: Variant[] = [];
    const child = wanted?.startsWith('a') ? wanted.slice(1) : undefined;
    this.#list('[', ']', () => items.push(this.value(child ?? items[0]?.type, depth + 1)));
    const type = child ?? items[0]?.type;
    if (type === undefined) throw this.#problem('unable to infer type');
    const values = items.map((item) => this.#expect(item, type));
    return type === 'y'
      ? { type: 'ay', value: Uint8Array.from(values as number[]) }
      : { type: `a${type}`, value: values };
  }

  #dictionary(wanted: string | undefined, depth: number): Variant {
    const keys: Variant[] = [];
    const values: Variant[] = [];
    const given = wanted === undefined ? undefined : /^a\{(.)(.+)\}$/.exec(wanted);
    this.#list('{', '}', () => {
      keys.push(this.value(given?.[1] ?? keys[0]?.type, depth + 1));
      this.#token(':');
      values.push(this.value(given?.[2] ?? values[0]?.type, depth + 1));
    });
    const key = given?.[1] ?? keys[0]?.type;
    const value = given?.[2] ?? values[0]?.type;
    if (key === undefined || value === undefined) throw this.#problem('unable to infer type');
    const pairs = keys.map((item, index) => [this.#expect(item, key), this.#expect(values[index]!, value)]);
    return { type: `a{${key}${value}}`, value: pairs };
  }

  #tuple(wanted: string | undefined, depth: number): Variant {
    const node = wanted === undefined ? undefined : parseType(wanted);
    const members = node?.kind === 'tuple' ? node.members : [];
    const items: Variant[] = [];
    this.#list('(', ')', () => items.push(this.value(members[items.length]?.text, depth + 1)));
    return { type: `(${items.map(({ type }) => type).join('')})`, value: items.map(({ value }) => value) };
  }

  #variant(depth: number): Variant {
    this.#token('<');
    const inner = this.value(undefined, depth + 1);
    this.#token('>');
    return { type: 'v', value: inner };
  }

  #bytes(): Variant {
    this.#at++;
    return { type: 'ay', value: Buffer.from(`${this.#string(true)}\0`, 'latin1') };
  }

  /** A quoted text; byte strings have octal escapes as well. */
  #string(octal = false): string {
    const quote = this.#text[this.#at++]!;
    let result = '';
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === undefined) throw this.#problem('unterminated string constant');
      if (char === quote) return result;
      if (char !== '\\') result += char;
      else if (octal && /[0-7]/.test(this.#text[this.#at] ?? '')) {
        result += String.fromCharCode(Number.parseInt(this.#take(/[0-7]{1,3}/y), 8));
      } else result += this.#escape();
    }
  }

  #escape(): string {
    const char = this.#text[this.#at++];
    switch (char) {
      case 'u':
        return String.fromCodePoint(Number.parseInt(this.#take(/[0-9a-fA-F]{4}/y), 16));
      case 'U':
        return String.fromCodePoint(Number.parseInt(this.#take(/00[01][0-9a-fA-F]{5}/y), 16));
      case undefined:
        throw this.#problem('unterminated string constant');
      default:
        return { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\n': '' }[char] ?? char;
    }
  }

  /** Items with commas between them; one may stand at the end. */
  #list(open: string, close: string, item: () => void): void {
    this.#token(open);
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === close) break;
      item();
      this.#space();
      if (this.#text[this.#at] !== ',') break;
      this.#at++;
    }
    this.#token(close);
  }

  #expect(item: Variant, type: string): Value {
    if (item.type !== type) throw this.#problem(`unable to find a common type of ${type} and ${item.type}`);
    return item.value;
  }

  #token(token: string): void {
    this.#space();
    if (this.#text[this.#at] !== token) throw this.#problem(`expected '${token}'`);
    this.#at++;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) throw this.#problem('expected value');
    this.#at += match[0].length;
    return match[0];
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #problem(what: string) {
    return invalid(`${this.#at}:${what}`);
  }
}

function toInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(0x[0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(text);
  if (!match) return undefined;
  const digits = match[2]!;
  const size = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return match[1] === '-' ? -size : size;
}
