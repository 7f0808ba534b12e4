import { isUtf8 } from 'node:buffer';
import { MetadataError } from './errors.ts';
import { StringPool } from './string-pool.ts';
import { decodeReferences, parseReference } from './xml-references.ts';

/** What a document's reader does at each element. */
export interface XmlHandler {
  /** An element begins; its attributes are readable until this returns. True collects the element's text for `close`. */
  open(name: number, xml: XmlScanner): boolean;
  /** An element ends. */
  close(name: number, xml: XmlScanner): void;
}

export interface XmlLimits {
  /** Elements within elements. */
  readonly depth: number;
  /** Bytes of the whole document. */
  readonly size: number;
  /** Bytes of one tag, comment or collected text. */
  readonly token: number;
}

export const XML_LIMITS: XmlLimits = { depth: 64, size: 8 * 2 ** 30, token: 4 * 2 ** 20 };

const MAX_NAMES = 4096;
const MAX_ATTRIBUTES = 128;

const NAME = 1;
const SPACE = 2;
/** Ends a run of text: markup, references, carriage returns, `]` and what XML forbids. */
const STOPS_TEXT = 4;
/** Ends a run of an attribute's value. */
const STOPS_VALUE = 8;

/** Classes of bytes. Bytes above 127 are parts of letters (the whole input is checked to be UTF-8). */
const CLASS = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const char = String.fromCharCode(byte);
  let flags = 0;
  if (/[A-Za-z0-9_:.-]/.test(char) || byte > 127) flags |= NAME;
  if (/[ \t\r\n]/.test(char)) flags |= SPACE;
  if (/[<&\r\]]/.test(char) || (byte < 32 && !/[\t\n]/.test(char))) flags |= STOPS_TEXT;
  if (/[<&"']/.test(char) || byte < 32) flags |= STOPS_VALUE;
  CLASS[byte] = flags;
}

const LT = 60;
const GT = 62;
const SLASH = 47;
const AMP = 38;

/**
 * A strict scanner for the XML that repositories have, over bytes as they arrive. Well-formedness is checked (nesting, quotes,
 * attributes, characters, one root); declarations of entities are refused, so nothing external is read and nothing expands. Names
 * become ids of {@link names}; values stay bytes until somebody wants a string. (XML 1.0, fifth edition; no namespaces: prefixes are
 * part of names, as all writers of rpm-md use the same.)
 */
export class XmlScanner {
  /** Names of elements and attributes; a reader's own come first. */
  readonly names = new StringPool();
  /** Collected text of the element that closes: `text[0, textLength)`. */
  text: Uint8Array = new Uint8Array(4096);
  textLength = 0;
  /** Bytes that attribute values lie in. */
  window: Uint8Array = new Uint8Array(1 << 16);
  readonly #handler: XmlHandler;
  readonly #limits: XmlLimits;
  readonly #attributes = new Int32Array(MAX_ATTRIBUTES * 3);
  #attributeCount = 0;
  readonly #open: Int32Array;
  #depth = 0;
  #position = 0;
  #end = 0;
  #checked = 0;
  #total = 0;
  #line = 1;
  #counted = 0;
  #collecting = false;
  #rootSeen = false;
  #started = false;

  /** @param names names that get the ids 1, 2, … in this order. */
  constructor(names: readonly string[], handler: XmlHandler, limits: Partial<XmlLimits> = {}) {
    for (const name of names) this.names.internText(name);
    this.#handler = handler;
    this.#limits = { ...XML_LIMITS, ...limits };
    this.#open = new Int32Array(this.#limits.depth + 1);
  }

  /** Elements that are open: 1 within the root, and also while the root itself is opened or closed. */
  get depth(): number {
    return this.#depth;
  }

  /** The line that is being read, counted from 1. */
  get line(): number {
    this.#countLines(this.#position);
    return this.#line;
  }

  /** Where an attribute is, for {@link attributeStart} and {@link attributeEnd}; -1 without it. */
  attribute(name: number): number {
    for (let i = 0; i < this.#attributeCount; i++) if (this.#attributes[i * 3] === name) return i;
    return -1;
  }

  attributeStart(index: number): number {
    return this.#attributes[index * 3 + 1]!;
  }

  attributeEnd(index: number): number {
    return this.#attributes[index * 3 + 2]!;
  }

  attributeText(name: number): string | undefined {
    const index = this.attribute(name);
    if (index < 0) return undefined;
    return Buffer.from(this.window.buffer).toString('utf8', this.attributeStart(index), this.attributeEnd(index));
  }

  /** The collected text as a string. */
  textString(): string {
    return Buffer.from(this.text.buffer).toString('utf8', 0, this.textLength);
  }

  /** Takes the next bytes. @throws MetadataError */
  write(chunk: Uint8Array): void {
    this.#total += chunk.length;
    if (this.#total > this.#limits.size) {
      throw new MetadataError('METADATA_TOO_LARGE', `the XML has more than ${this.#limits.size} bytes`, this.line);
    }
    this.#append(chunk);
    this.#checkUtf8(false);
    this.#scan();
    if (this.#end - this.#position > this.#limits.token) {
      throw new MetadataError(
        'METADATA_TOO_LARGE',
        `one tag or comment has more than ${this.#limits.token} bytes`,
        this.line,
      );
    }
  }

  /** Ends the document. @throws MetadataError */
  end(): void {
    this.#checkUtf8(true);
    if (this.#position < this.#end) this.#truncated('the file ends within markup');
    if (this.#depth > 0)
      this.#truncated(`the file ends within the element "${this.#nameOf(this.#open[this.#depth]!)}"`);
    if (!this.#rootSeen) this.#truncated('the file has no element');
  }

  /** An error at the line that is being read. */
  error(code: MetadataError['code'], message: string): MetadataError {
    return new MetadataError(code, message, this.line);
  }

  #append(chunk: Uint8Array): void {
    const rest = this.#end - this.#position;
    this.#countLines(this.#position);
    if (rest + chunk.length + 1 > this.window.length) {
      const grown = new Uint8Array(Math.max(rest + chunk.length + 1, this.window.length * 2));
      grown.set(this.window.subarray(this.#position, this.#end));
      this.window = grown;
    } else if (this.#position > 0) this.window.copyWithin(0, this.#position, this.#end);
    this.#checked -= this.#position;
    this.#counted = 0;
    this.#position = 0;
    this.window.set(chunk, rest);
    this.#end = rest + chunk.length;
    // A byte that ends every run, so that loops need not look at the end.
    this.window[this.#end] = 0;
    if (!this.#started && this.#end >= 3) {
      this.#started = true;
      const [a, b, c] = this.window;
      if (a === 0xef && b === 0xbb && c === 0xbf) this.#position = 3;
    }
  }

  #countLines(until: number): void {
    for (let i = this.#counted; i < until; i++) if (this.window[i] === 10) this.#line++;
    this.#counted = Math.max(this.#counted, until);
  }

  #checkUtf8(last: boolean): void {
    let end = this.#end;
    if (!last) {
      const limit = Math.max(this.#checked, end - 3);
      let back = end - 1;
      while (back > limit && (this.window[back]! & 0xc0) === 0x80) back--;
      if (back >= this.#checked && this.window[back]! >= 0xc0) end = back;
    }
    if (end <= this.#checked) return;
    if (!isUtf8(this.window.subarray(this.#checked, end))) {
      throw new MetadataError('METADATA_ENCODING', 'the file has bytes that are not UTF-8', this.line);
    }
    this.#checked = end;
  }

  #scan(): void {
    const window = this.window;
    while (this.#position < this.#end) {
      const next = window[this.#position] === LT ? this.#markup() : this.#characters();
      if (next < 0) return;
      this.#position = next;
    }
  }

  /** Reads character data; returns where it stopped, or -1 when more bytes are needed. */
  #characters(): number {
    const { window } = this;
    const start = this.#position;
    let p = start;
    while ((CLASS[window[p]!]! & STOPS_TEXT) === 0) p++;
    if (this.#depth === 0) {
      for (let i = start; i < p; i++)
        if ((CLASS[window[i]!]! & SPACE) === 0) this.#malformed('there is text outside of the root element', i);
    } else if (this.#collecting) this.#collect(start, p);
    if (p > start) return p;
    const byte = window[p]!;
    if (byte === AMP) return this.#reference(p);
    if (byte === 13) {
      if (p + 1 >= this.#end) return -1;
      if (window[p + 1] !== 10) this.#collectByte(10);
      return p + 1;
    }
    if (byte === 93) {
      if (p + 2 >= this.#end) return -1;
      if (window[p + 1] === 93 && window[p + 2] === GT) this.#malformed('"]]>" stands in text', p);
      if (this.#depth === 0) this.#malformed('there is text outside of the root element', p);
      this.#collectByte(byte);
      return p + 1;
    }
    return this.#malformed(`the character U+${byte.toString(16).padStart(4, '0')} is not allowed in XML`, p);
  }

  #reference(p: number): number {
    const reference = parseReference(this.window, p, this.#end);
    if (reference === 'incomplete') return -1;
    if (this.#depth === 0) this.#malformed('there is text outside of the root element', p);
    if (reference === 'unknown') this.#badReference(p);
    else {
      for (const byte of reference.bytes) this.#collectByte(byte);
      return reference.end;
    }
    return -1;
  }

  #collectByte(byte: number): void {
    if (!this.#collecting) return;
    if (this.textLength === this.text.length) this.#growText(1);
    this.text[this.textLength++] = byte;
  }

  #collect(start: number, end: number): void {
    const length = end - start;
    if (this.textLength + length > this.text.length) this.#growText(length);
    const { text, window } = this;
    let to = this.textLength;
    for (let i = start; i < end; i++) text[to++] = window[i]!;
    this.textLength = to;
  }

  #growText(more: number): void {
    const needed = this.textLength + more;
    if (needed > this.#limits.token) {
      throw new MetadataError(
        'METADATA_TOO_LARGE',
        `the text of one element has more than ${this.#limits.token} bytes`,
        this.line,
      );
    }
    const grown = new Uint8Array(Math.max(needed, this.text.length * 2));
    grown.set(this.text.subarray(0, this.textLength));
    this.text = grown;
  }

  #markup(): number {
    const p = this.#position + 1;
    if (p >= this.#end) return -1;
    const byte = this.window[p];
    if (byte === SLASH) return this.#closeTag(p + 1);
    if (byte === 33) return this.#declaration(p + 1);
    if (byte === 63) return this.#instruction(p + 1);
    return this.#openTag(p);
  }

  #openTag(nameStart: number): number {
    const { window } = this;
    let p = nameStart;
    while ((CLASS[window[p]!]! & NAME) !== 0) p++;
    if (p >= this.#end) return -1;
    if (p === nameStart) this.#malformed('"<" does not begin a tag', p);
    const nameEnd = p;
    this.#attributeCount = 0;
    let references = false;
    let selfClosing = false;
    for (;;) {
      const gap = p;
      while ((CLASS[window[p]!]! & SPACE) !== 0) p++;
      if (p >= this.#end) return -1;
      if (window[p] === GT) break;
      if (window[p] === SLASH) {
        if (p + 1 >= this.#end) return -1;
        if (window[p + 1] !== GT) this.#malformed('"/" stands within a tag', p);
        selfClosing = true;
        p++;
        break;
      }
      if (gap === p) this.#malformed('there is no space before an attribute', p);
      const attributeStart = p;
      while ((CLASS[window[p]!]! & NAME) !== 0) p++;
      if (p >= this.#end) return -1;
      const attributeEnd = p;
      if (attributeStart === attributeEnd) this.#malformed('an attribute has no name', p);
      while ((CLASS[window[p]!]! & SPACE) !== 0) p++;
      if (p >= this.#end) return -1;
      if (window[p] !== 61) this.#malformed('an attribute has no value', p);
      p++;
      while ((CLASS[window[p]!]! & SPACE) !== 0) p++;
      if (p >= this.#end) return -1;
      const quote = window[p]!;
      if (quote !== 34 && quote !== 39) this.#malformed('the value of an attribute has no quotes', p);
      const valueStart = ++p;
      for (;;) {
        while ((CLASS[window[p]!]! & STOPS_VALUE) === 0) p++;
        const byte = window[p]!;
        if (p >= this.#end) return -1;
        if (byte === quote) break;
        if (byte === LT) this.#malformed('"<" stands in the value of an attribute', p);
        if (byte === AMP || byte === 9 || byte === 10 || byte === 13) references = true;
        else if (byte < 32)
          this.#malformed(`the character U+${byte.toString(16).padStart(4, '0')} is not allowed in XML`, p);
        p++;
      }
      this.#addAttribute(attributeStart, attributeEnd, valueStart, p);
      p++;
    }
    if (references) this.#decodeAttributes();
    const name = this.#name(nameStart, nameEnd);
    this.#enter(name);
    if (selfClosing) this.#leave(name);
    return p + 1;
  }

  #addAttribute(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const name = this.#name(nameStart, nameEnd);
    const at = this.#attributeCount * 3;
    if (at === this.#attributes.length)
      this.#malformed(`an element has more than ${MAX_ATTRIBUTES} attributes`, nameStart);
    for (let i = 0; i < at; i += 3) {
      if (this.#attributes[i] === name)
        this.#malformed(`the attribute "${this.#nameOf(name)}" stands twice in one element`, nameStart);
    }
    this.#attributes[at] = name;
    this.#attributes[at + 1] = valueStart;
    this.#attributes[at + 2] = valueEnd;
    this.#attributeCount++;
  }

  /** Only once the tag is complete: values change in place, and an incomplete tag is read again. */
  #decodeAttributes(): void {
    for (let i = 0; i < this.#attributeCount; i++) {
      const end = decodeReferences(this.window, this.attributeStart(i), this.attributeEnd(i));
      if (end < 0) this.#badReference(-end);
      this.#attributes[i * 3 + 2] = end;
    }
  }

  #closeTag(nameStart: number): number {
    const { window } = this;
    let p = nameStart;
    while ((CLASS[window[p]!]! & NAME) !== 0) p++;
    const nameEnd = p;
    while ((CLASS[window[p]!]! & SPACE) !== 0) p++;
    if (p >= this.#end) return -1;
    if (window[p] !== GT || nameEnd === nameStart) this.#malformed('an end tag is broken', p);
    const name = this.#name(nameStart, nameEnd);
    if (this.#depth === 0) this.#malformed(`"</${this.#nameOf(name)}>" closes nothing`, p);
    const expected = this.#open[this.#depth]!;
    if (expected !== name)
      this.#malformed(`"</${this.#nameOf(name)}>" stands where "</${this.#nameOf(expected)}>" must`, p);
    this.#leave(name);
    return p + 1;
  }

  #enter(name: number): void {
    if (this.#collecting) this.#malformed(`the element "${this.#nameOf(name)}" stands in text`, this.#position);
    if (this.#depth === 0 && this.#rootSeen) this.#malformed('there is a second root element', this.#position);
    if (this.#depth === this.#limits.depth) {
      throw this.error('METADATA_TOO_LARGE', `elements are nested deeper than ${this.#limits.depth}`);
    }
    this.#rootSeen = true;
    this.#open[++this.#depth] = name;
    this.textLength = 0;
    this.#collecting = this.#handler.open(name, this);
  }

  #leave(name: number): void {
    this.#handler.close(name, this);
    this.#collecting = false;
    this.textLength = 0;
    this.#depth--;
  }

  #declaration(p: number): number {
    if (this.#startsWith(p, '--')) {
      const end = this.#find('--', p + 2);
      if (end < 0 || end + 2 >= this.#end) return -1;
      if (this.window[end + 2] !== GT) this.#malformed('"--" stands in a comment', end);
      return end + 3;
    }
    if (this.#startsWith(p, '[CDATA[')) {
      const end = this.#find(']]>', p + 7);
      if (end < 0) return -1;
      if (this.#depth === 0) this.#malformed('there is text outside of the root element', p);
      if (this.#collecting) this.#collect(p + 7, end);
      return end + 3;
    }
    if (this.#startsWith(p, 'DOCTYPE')) return this.#doctype(p + 7);
    if (this.#end - p < 7) return -1;
    return this.#malformed('"<!" begins nothing known', p);
  }

  /** A document type without declarations is passed over (comps files have one); with any it is refused. */
  #doctype(start: number): number {
    let quote = 0;
    for (let p = start; p < this.#end; p++) {
      const byte = this.window[p]!;
      if (quote !== 0) {
        if (byte === quote) quote = 0;
      } else if (byte === 34 || byte === 39) quote = byte;
      else if (byte === 91) throw this.error('METADATA_XML_REFUSED', 'the document type declares entities or elements');
      else if (byte === LT) this.#malformed('"<" stands in the document type', p);
      else if (byte === GT) {
        if (this.#rootSeen) this.#malformed('the document type stands after the root element', p);
        return p + 1;
      }
    }
    return -1;
  }

  #instruction(start: number): number {
    const end = this.#find('?>', start);
    if (end < 0) return -1;
    const text = Buffer.from(this.window.buffer).toString('latin1', start, end);
    if (/^xml\s/i.test(text)) {
      if (this.#rootSeen) this.#malformed('the XML declaration stands after the root element', start);
      const encoding = /\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
      if (encoding !== undefined && !/^(utf-?8|us-ascii|ascii)$/i.test(encoding)) {
        throw this.error('METADATA_ENCODING', `the file says that its encoding is "${encoding.slice(0, 40)}"`);
      }
    }
    return end + 2;
  }

  #startsWith(p: number, text: string): boolean {
    if (p + text.length > this.#end) return false;
    for (let i = 0; i < text.length; i++) if (this.window[p + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  #find(text: string, from: number): number {
    return Buffer.from(this.window.buffer, 0, this.#end).indexOf(text, from, 'latin1');
  }

  #name(start: number, end: number): number {
    const id = this.names.intern(this.window, start, end);
    if (this.names.count > MAX_NAMES)
      throw this.error('METADATA_TOO_LARGE', `the XML has more than ${MAX_NAMES} different names`);
    return id;
  }

  #nameOf(id: number): string {
    return this.names.text(id).slice(0, 60);
  }

  #badReference(p: number): never {
    this.#position = Math.min(p, this.#end);
    const text = Buffer.from(this.window.buffer).toString('latin1', p, Math.min(p + 20, this.#end));
    throw this.error(
      'METADATA_XML_REFUSED',
      `"${text.replace(/[;<"'\s].*$/s, '')}" is an entity that XML does not know`,
    );
  }

  #malformed(message: string, p: number): never {
    this.#position = Math.min(p, this.#end);
    throw this.error('METADATA_XML_MALFORMED', message);
  }

  #truncated(message: string): never {
    this.#position = this.#end;
    throw this.error('METADATA_TRUNCATED', message);
  }
}
