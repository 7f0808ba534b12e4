import { ByteWindow } from './byte-window.ts';
import { MetadataError } from './errors.ts';
import { AMP, BRACKET_END, CLASS, GT, LT, SLASH, SPACE, STOPS_TEXT } from './xml-classes.ts';
import { badReference, forbidden, malformed, truncated } from './xml-faults.ts';
import { XmlNames } from './xml-names.ts';
import { isDeclaration, passDoctype } from './xml-prolog.ts';
import { parseReference } from './xml-references.ts';
import { XmlTags } from './xml-tags.ts';
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
  readonly names: XmlNames;
  readonly #handler: XmlHandler;
  readonly #limits: XmlLimits;
  readonly #input = new ByteWindow();
  readonly #tags: XmlTags;
  readonly #text: XmlText;
  readonly #open: Int32Array;
  readonly #lineNow = (): number => this.#input.line;
  #depth = 0;
  #total = 0;
  /** Bytes there must be before markup that had not arrived whole is read again: pieces may be tiny. */
  #enough = 0;
  #collecting = false;
  #rootSeen = false;

  /** @param names names that get the ids 1, 2, … in this order. */
  constructor(names: readonly string[], handler: XmlHandler, limits: Partial<XmlLimits> = {}) {
    this.names = new XmlNames(names);
    this.#tags = new XmlTags(this.#input, this.names);
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
    return this.#tags.attributes.find(name);
  }

  attributeStart(index: number): number {
    return this.#tags.attributes.start(index);
  }

  attributeEnd(index: number): number {
    return this.#tags.attributes.end(index);
  }

  attributeText(name: number): string | undefined {
    const index = this.#tags.attributes.find(name);
    return index < 0
      ? undefined
      : this.#input.string(this.#tags.attributes.start(index), this.#tags.attributes.end(index));
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
    if (input.end - input.position >= this.#enough) this.#read();
    if (input.end - input.position > this.#limits.token) {
      throw this.error('METADATA_TOO_LARGE', `one tag or comment has more than ${this.#limits.token} bytes`);
    }
  }

  /** Ends the document. @throws MetadataError */
  end(): void {
    this.#input.checkUtf8(true);
    this.#read();
    const open = this.#depth === 0 ? null : this.#nameOf(this.#open[this.#depth]!);
    if (this.#input.position < this.#input.end) truncated(this.#input, 'the file ends within markup');
    if (open !== null) truncated(this.#input, `the file ends within the element "${open}"`);
    if (!this.#rootSeen) truncated(this.#input, 'the file has no element');
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

  #read(): void {
    const input = this.#input;
    while (input.position < input.end) {
      const next = input.bytes[input.position] === LT ? this.#markup() : this.#characters();
      if (next < 0) break;
      input.position = next;
    }
    this.#enough = (input.end - input.position) * 2;
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
    if (byte !== BRACKET_END) return forbidden(this.#input, byte, p);
    if (p + 2 >= end) return -1;
    if (bytes[p + 1] === BRACKET_END && bytes[p + 2] === GT) malformed(this.#input, '"]]>" stands in text', p);
    if (this.#depth === 0) this.#outside(p);
    if (this.#collecting) this.#text.push(byte, this.#lineNow);
    return p + 1;
  }

  #reference(p: number): number {
    const reference = parseReference(this.#input.bytes, p, this.#input.end);
    if (reference === 'incomplete') return -1;
    if (this.#depth === 0) this.#outside(p);
    if (reference === 'unknown') return badReference(this.#input, p);
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
    const tags = this.#tags;
    const next = tags.open(nameStart);
    if (next < 0) return -1;
    const { name } = tags;
    this.#enter(name);
    if (tags.selfClosing) this.#leave(name);
    return next;
  }

  #closeTag(nameStart: number): number {
    const next = this.#tags.close(nameStart);
    if (next < 0) return -1;
    const { name } = this.#tags;
    if (this.#depth === 0) malformed(this.#input, `"</${this.#nameOf(name)}>" closes nothing`, next - 1);
    const expected = this.#open[this.#depth]!;
    if (expected !== name) {
      malformed(this.#input, `"</${this.#nameOf(name)}>" stands where "</${this.#nameOf(expected)}>" must`, next - 1);
    }
    this.#leave(name);
    return next;
  }

  #enter(name: number): void {
    const { position } = this.#input;
    if (this.#collecting) malformed(this.#input, `the element "${this.#nameOf(name)}" stands in text`, position);
    if (this.#depth === 0 && this.#rootSeen) malformed(this.#input, 'there is a second root element', position);
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
      if (input.bytes[end + 2] !== GT) malformed(this.#input, '"--" stands in a comment', end);
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
      if (this.#rootSeen) malformed(this.#input, 'the document type stands after the root element', p);
      return passDoctype(input, p + 7);
    }
    return input.end - p < 7 ? -1 : malformed(this.#input, '"<!" begins nothing known', p);
  }

  #instruction(start: number): number {
    const end = this.#input.find('?>', start);
    if (end < 0) return -1;
    const declares = isDeclaration(this.#input.string(start, end, 'latin1'), this.line);
    if (declares && this.#rootSeen) malformed(this.#input, 'the XML declaration stands after the root element', start);
    return end + 2;
  }

  #nameOf(id: number): string {
    return this.names.text(id).slice(0, 60);
  }

  #onlySpace(start: number, end: number): void {
    for (let p = start; p < end; p++) if ((CLASS[this.#input.bytes[p]!]! & SPACE) === 0) this.#outside(p);
  }

  #outside(p: number): never {
    return malformed(this.#input, 'there is text outside of the root element', p);
  }
}
