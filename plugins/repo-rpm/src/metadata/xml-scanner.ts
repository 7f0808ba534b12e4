import { StringPool } from '@ostrata/package-columns';
import { ByteWindow } from './byte-window.ts';
import { MetadataError } from './errors.ts';

import { XmlAttributes } from './xml-attributes.ts';
import {
  AMP,
  APOSTROPHE,
  BRACKET_END,
  CLASS,
  EQUALS,
  GT,
  LT,
  NAME,
  QUOTE,
  SLASH,
  SPACE,
  STOPS_TEXT,
  STOPS_VALUE,
} from './xml-classes.ts';
import { isDeclaration, passDoctype } from './xml-prolog.ts';
import { parseReference } from './xml-references.ts';
import { XmlText } from './xml-text.ts';

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

/**
 * A strict scanner for the XML that repositories have, over bytes as they arrive. Well-formedness is checked (nesting, quotes,
 * attributes, characters, one root); declarations of entities are refused, so nothing external is read and nothing expands. Names
 * become ids of {@link names}; values stay bytes until somebody wants a string. (XML 1.0, fifth edition; no namespaces: prefixes are
 * part of names, as all writers of rpm-md use the same.)
 *
 * Methods that read markup return where it ends, or -1 when it has not arrived whole; it is then read again from its start.
 */
export class XmlScanner {
  /** Names of elements and attributes; a reader's own come first. */
  readonly names = new StringPool();
  readonly #handler: XmlHandler;
  readonly #limits: XmlLimits;
  readonly #input = new ByteWindow();
  readonly #attributes = new XmlAttributes();
  readonly #text: XmlText;
  readonly #open: Int32Array;
  readonly #lineNow = (): number => this.#input.line;
  #depth = 0;
  #total = 0;
  #collecting = false;
  #rootSeen = false;

  /** @param names names that get the ids 1, 2, … in this order. */
  constructor(names: readonly string[], handler: XmlHandler, limits: Partial<XmlLimits> = {}) {
    for (const name of names) this.names.internText(name);
    this.#handler = handler;
    this.#limits = { ...XML_LIMITS, ...limits };
    this.#text = new XmlText(this.#limits.token);
    this.#open = new Int32Array(this.#limits.depth + 1);
  }

  /** Elements that are open: 1 within the root, and also while the root itself is opened or closed. */
  get depth(): number {
    return this.#depth;
  }

  /** The line that is being read, counted from 1. */
  get line(): number {
    return this.#input.line;
  }

  /** Collected text of the element that closes: `text[0, textLength)`. */
  get text(): Uint8Array {
    return this.#text.bytes;
  }

  get textLength(): number {
    return this.#text.length;
  }

  /** Bytes that attribute values lie in. */
  get window(): Uint8Array {
    return this.#input.bytes;
  }

  /** Which attribute of the tag has a name, for {@link attributeStart} and {@link attributeEnd}; -1 without it. */
  attribute(name: number): number {
    return this.#attributes.find(name);
  }

  attributeStart(index: number): number {
    return this.#attributes.start(index);
  }

  attributeEnd(index: number): number {
    return this.#attributes.end(index);
  }

  attributeText(name: number): string | undefined {
    const index = this.#attributes.find(name);
    return index < 0 ? undefined : this.#input.string(this.#attributes.start(index), this.#attributes.end(index));
  }

  /** The collected text as a string. */
  textString(): string {
    return this.#text.toString();
  }

  /** Takes the next bytes. @throws MetadataError */
  write(chunk: Uint8Array): void {
    const input = this.#input;
    this.#total += chunk.length;
    if (this.#total > this.#limits.size) {
      throw this.error('METADATA_TOO_LARGE', `the XML has more than ${this.#limits.size} bytes`);
    }
    input.append(chunk);
    input.checkUtf8(false);
    while (input.position < input.end) {
      const next = input.bytes[input.position] === LT ? this.#markup() : this.#characters();
      if (next < 0) break;
      input.position = next;
    }
    if (input.end - input.position > this.#limits.token) {
      throw this.error('METADATA_TOO_LARGE', `one tag or comment has more than ${this.#limits.token} bytes`);
    }
  }

  /** Ends the document. @throws MetadataError */
  end(): void {
    this.#input.checkUtf8(true);
    const open = this.#depth === 0 ? null : this.#nameOf(this.#open[this.#depth]!);
    if (this.#input.position < this.#input.end) this.#truncated('the file ends within markup');
    if (open !== null) this.#truncated(`the file ends within the element "${open}"`);
    if (!this.#rootSeen) this.#truncated('the file has no element');
  }

  /** To be asked at the root element. @throws MetadataError METADATA_UNEXPECTED */
  expectRoot(name: number, expected: number): void {
    if (name === expected) return;
    throw this.error(
      'METADATA_UNEXPECTED',
      `the root element is "${this.#nameOf(name)}" and not "${this.#nameOf(expected)}"`,
    );
  }

  /** An error at the line that is being read. */
  error(code: MetadataError['code'], message: string): MetadataError {
    return new MetadataError(code, message, this.line);
  }

  #characters(): number {
    const { bytes, position, end } = this.#input;
    let p = position;
    while ((CLASS[bytes[p]!]! & STOPS_TEXT) === 0) p++;
    if (p > position) {
      if (this.#collecting) this.#text.append(bytes, position, p, this.#lineNow);
      else if (this.#depth === 0) this.#onlySpace(position, p);
      return p;
    }
    const byte = bytes[p]!;
    if (byte === AMP) return this.#reference(p);
    if (byte === 13) {
      // A line ends with one newline, however it is written.
      if (p + 1 >= end) return -1;
      if (bytes[p + 1] !== 10 && this.#collecting) this.#text.push(10, this.#lineNow);
      return p + 1;
    }
    if (byte !== BRACKET_END) return this.#forbidden(byte, p);
    if (p + 2 >= end) return -1;
    if (bytes[p + 1] === BRACKET_END && bytes[p + 2] === GT) this.#malformed('"]]>" stands in text', p);
    if (this.#depth === 0) this.#outside(p);
    if (this.#collecting) this.#text.push(byte, this.#lineNow);
    return p + 1;
  }

  #reference(p: number): number {
    const reference = parseReference(this.#input.bytes, p, this.#input.end);
    if (reference === 'incomplete') return -1;
    if (this.#depth === 0) this.#outside(p);
    if (reference === 'unknown') return this.#badReference(p);
    if (this.#collecting) for (const byte of reference.bytes) this.#text.push(byte, this.#lineNow);
    return reference.end;
  }

  #markup(): number {
    const p = this.#input.position + 1;
    if (p >= this.#input.end) return -1;
    const byte = this.#input.bytes[p];
    if (byte === SLASH) return this.#closeTag(p + 1);
    if (byte === 33) return this.#declaration(p + 1);
    if (byte === 63) return this.#instruction(p + 1);
    return this.#openTag(p);
  }

  #openTag(nameStart: number): number {
    const { bytes, end } = this.#input;
    let p = nameStart;
    while ((CLASS[bytes[p]!]! & NAME) !== 0) p++;
    if (p >= end) return -1;
    if (p === nameStart) this.#malformed('"<" does not begin a tag', p);
    const nameEnd = p;
    this.#attributes.clear();
    let references = false;
    for (;;) {
      const gap = p;
      while ((CLASS[bytes[p]!]! & SPACE) !== 0) p++;
      if (p >= end) return -1;
      if (bytes[p] === GT || bytes[p] === SLASH) break;
      if (gap === p) this.#malformed('there is no space before an attribute', p);
      const attributeStart = p;
      while ((CLASS[bytes[p]!]! & NAME) !== 0) p++;
      const attributeEnd = p;
      while ((CLASS[bytes[p]!]! & SPACE) !== 0) p++;
      if (p >= end) return -1;
      if (attributeStart === attributeEnd) this.#malformed('an attribute has no name', p);
      if (bytes[p] !== EQUALS) this.#malformed('an attribute has no value', p);
      p++;
      while ((CLASS[bytes[p]!]! & SPACE) !== 0) p++;
      if (p >= end) return -1;
      const quote = bytes[p]!;
      if (quote !== QUOTE && quote !== APOSTROPHE) this.#malformed('the value of an attribute has no quotes', p);
      const valueStart = ++p;
      for (;;) {
        while ((CLASS[bytes[p]!]! & STOPS_VALUE) === 0) p++;
        if (p >= end) return -1;
        const byte = bytes[p]!;
        if (byte === quote) break;
        if (byte === LT) this.#malformed('"<" stands in the value of an attribute', p);
        if (byte === AMP || (CLASS[byte]! & SPACE) !== 0) references = true;
        else if (byte < 32) this.#forbidden(byte, p);
        p++;
      }
      this.#addAttribute(attributeStart, attributeEnd, valueStart, p);
      p++;
    }
    const selfClosing = bytes[p] === SLASH;
    if (selfClosing && ++p >= end) return -1;
    if (bytes[p] !== GT) this.#malformed('"/" stands within a tag', p);
    // Only now that the tag is complete: values change in place, and an incomplete tag is read again.
    const bad = references ? this.#attributes.decode(bytes) : -1;
    if (bad >= 0) this.#badReference(bad);
    const name = this.#name(nameStart, nameEnd);
    this.#enter(name);
    if (selfClosing) this.#leave(name);
    return p + 1;
  }

  #addAttribute(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const name = this.#name(nameStart, nameEnd);
    const wrong = this.#attributes.add(name, valueStart, valueEnd);
    if (wrong === undefined) return;
    const what =
      wrong === 'many'
        ? 'an element has too many attributes'
        : `the attribute "${this.#nameOf(name)}" stands twice in one element`;
    this.#malformed(what, nameStart);
  }

  #closeTag(nameStart: number): number {
    const { bytes, end } = this.#input;
    let p = nameStart;
    while ((CLASS[bytes[p]!]! & NAME) !== 0) p++;
    const nameEnd = p;
    while ((CLASS[bytes[p]!]! & SPACE) !== 0) p++;
    if (p >= end) return -1;
    if (bytes[p] !== GT || nameEnd === nameStart) this.#malformed('an end tag is broken', p);
    const name = this.#name(nameStart, nameEnd);
    if (this.#depth === 0) this.#malformed(`"</${this.#nameOf(name)}>" closes nothing`, p);
    const expected = this.#open[this.#depth]!;
    if (expected !== name) {
      this.#malformed(`"</${this.#nameOf(name)}>" stands where "</${this.#nameOf(expected)}>" must`, p);
    }
    this.#leave(name);
    return p + 1;
  }

  #enter(name: number): void {
    const { position } = this.#input;
    if (this.#collecting) this.#malformed(`the element "${this.#nameOf(name)}" stands in text`, position);
    if (this.#depth === 0 && this.#rootSeen) this.#malformed('there is a second root element', position);
    if (this.#depth === this.#limits.depth) {
      throw this.error('METADATA_TOO_LARGE', `elements are nested deeper than ${this.#limits.depth}`);
    }
    this.#rootSeen = true;
    this.#open[++this.#depth] = name;
    this.#text.length = 0;
    this.#collecting = this.#handler.open(name, this);
  }

  #leave(name: number): void {
    this.#handler.close(name, this);
    this.#collecting = false;
    this.#text.length = 0;
    this.#depth--;
  }

  /** A comment, a piece of plain text or the document type; `p` is behind `<!`. */
  #declaration(p: number): number {
    const input = this.#input;
    if (input.startsWith(p, '--')) {
      const end = input.find('--', p + 2);
      if (end < 0 || end + 2 >= input.end) return -1;
      if (input.bytes[end + 2] !== GT) this.#malformed('"--" stands in a comment', end);
      return end + 3;
    }
    if (input.startsWith(p, '[CDATA[')) {
      const end = input.find(']]>', p + 7);
      if (end < 0) return -1;
      if (this.#depth === 0) this.#outside(p);
      if (this.#collecting) this.#text.append(input.bytes, p + 7, end, this.#lineNow);
      return end + 3;
    }
    if (input.startsWith(p, 'DOCTYPE')) {
      if (this.#rootSeen) this.#malformed('the document type stands after the root element', p);
      return passDoctype(input, p + 7);
    }
    return input.end - p < 7 ? -1 : this.#malformed('"<!" begins nothing known', p);
  }

  #instruction(start: number): number {
    const end = this.#input.find('?>', start);
    if (end < 0) return -1;
    const declares = isDeclaration(this.#input.string(start, end, 'latin1'), this.line);
    if (declares && this.#rootSeen) this.#malformed('the XML declaration stands after the root element', start);
    return end + 2;
  }

  #name(start: number, end: number): number {
    const id = this.names.intern(this.#input.bytes, start, end);
    if (this.names.count > MAX_NAMES) {
      throw this.error('METADATA_TOO_LARGE', `the XML has more than ${MAX_NAMES} different names`);
    }
    return id;
  }

  #nameOf(id: number): string {
    return this.names.text(id).slice(0, 60);
  }

  #onlySpace(start: number, end: number): void {
    for (let p = start; p < end; p++) if ((CLASS[this.#input.bytes[p]!]! & SPACE) === 0) this.#outside(p);
  }

  #outside(p: number): never {
    return this.#malformed('there is text outside of the root element', p);
  }

  #forbidden(byte: number, p: number): never {
    return this.#malformed(`the character U+${byte.toString(16).padStart(4, '0')} is not allowed in XML`, p);
  }

  #badReference(p: number): never {
    this.#input.position = Math.min(p, this.#input.end);
    const text = this.#input.string(p, Math.min(p + 20, this.#input.end), 'latin1').replace(/[;<"'\s].*$/s, '');
    throw this.error('METADATA_XML_REFUSED', `"${text}" is an entity that XML does not know`);
  }

  #malformed(message: string, p: number): never {
    this.#input.position = Math.min(p, this.#input.end);
    throw this.error('METADATA_XML_MALFORMED', message);
  }

  #truncated(message: string): never {
    this.#input.position = this.#input.end;
    throw this.error('METADATA_TRUNCATED', message);
  }
}
