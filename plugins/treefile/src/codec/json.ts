import { Budget, DocumentError, type MapEntry, type Node, type Position } from './node.ts';

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Control characters (category Cc; DEL and C1 are allowed unescaped) end a plain run. */
const PLAIN = /(?:[^"\\\p{Cc}]|[\x7f-\x9f])*/uy;
const SPACE = /(?:[ \t\r\n]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const ESCAPES: { readonly [letter: string]: string } = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Parses JSON (RFC 8259) with C and C++ comments between tokens. Keys must be unique. Throws a DocumentError at the first mistake.
 */
export function parseJson(text: string): Node {
  return new JsonReader(text).document();
}

class JsonReader {
  readonly #text: string;
  readonly #budget = new Budget();
  readonly #lineStarts: readonly number[];
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
  }

  document(): Node {
    if (this.#text.startsWith('\uFEFF')) this.#offset = 1;
    this.#space();
    const node = this.#value(0);
    this.#space();
    if (this.#offset < this.#text.length) this.#fail('unexpected text after the end of the document');
    return node;
  }

  #value(depth: number): Node {
    const at = this.#position(this.#offset);
    this.#budget.spend(depth, at);
    const char = this.#text[this.#offset];
    if (char === '{') return this.#map(depth, at);
    if (char === '[') return this.#list(depth, at);
    if (char === '"') return { kind: 'scalar', value: this.#string(), at };
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.#text.startsWith(word, this.#offset)) {
        this.#offset += word.length;
        return { kind: 'scalar', value, at };
      }
    }
    const number = this.#match(NUMBER);
    if (number === '')
      this.#fail(char === undefined ? 'the text ends where a value must stand' : 'no value starts here');
    const value = Number(number);
    if (!Number.isFinite(value) || (/^-?[0-9]+$/.test(number) && !Number.isSafeInteger(value))) {
      this.#fail('the number is too large to be exact');
    }
    return { kind: 'scalar', value, at };
  }

  #map(depth: number, at: Position): Node {
    const entries: MapEntry[] = [];
    const seen = new Set<string>();
    this.#offset++;
    for (this.#space(); this.#text[this.#offset] !== '}'; ) {
      if (this.#text[this.#offset] !== '"') this.#fail('a key in double quotes must stand here');
      const keyAt = this.#position(this.#offset);
      const start = this.#offset;
      const key = this.#string();
      if (seen.has(key)) this.#fail(`the key "${key}" stands here a second time`, start);
      seen.add(key);
      this.#space();
      this.#expect(':');
      this.#space();
      entries.push({ key, keyAt, value: this.#value(depth + 1) });
      if (!this.#more('}')) break;
    }
    this.#expect('}');
    return { kind: 'map', entries, at };
  }

  #list(depth: number, at: Position): Node {
    const items: Node[] = [];
    this.#offset++;
    for (this.#space(); this.#text[this.#offset] !== ']'; ) {
      items.push(this.#value(depth + 1));
      if (!this.#more(']')) break;
    }
    this.#expect(']');
    return { kind: 'list', items, at };
  }

  /** Whether another member follows. */
  #more(close: string): boolean {
    this.#space();
    if (this.#text[this.#offset] !== ',') return false;
    this.#offset++;
    this.#space();
    if (this.#text[this.#offset] === close) this.#fail('a comma must be followed by another member');
    return true;
  }

  #string(): string {
    let out = '';
    for (this.#offset++; ; ) {
      out += this.#match(PLAIN);
      const char = this.#text[this.#offset];
      if (char === '"') break;
      if (char !== '\\') this.#fail(char === undefined ? 'the string does not end' : 'a control character in a string');
      const letter = this.#text[this.#offset + 1] ?? '';
      const hex = this.#text.slice(this.#offset + 2, this.#offset + 6);
      if (letter === 'u' && /^[0-9a-fA-F]{4}$/.test(hex)) {
        out += String.fromCharCode(Number.parseInt(hex, 16));
        this.#offset += 6;
      } else if (ESCAPES[letter] !== undefined) {
        out += ESCAPES[letter];
        this.#offset += 2;
      } else this.#fail('an unknown escape in a string');
    }
    this.#offset++;
    return out;
  }

  #space(): void {
    this.#match(SPACE);
  }

  #expect(char: string): void {
    if (this.#text[this.#offset] !== char) this.#fail(`"${char}" must stand here`);
    this.#offset++;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#offset += found.length;
    return found;
  }

  #fail(message: string, offset = this.#offset): never {
    throw new DocumentError('SYNTAX', [{ message, at: this.#position(offset) }]);
  }

  #position(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}
