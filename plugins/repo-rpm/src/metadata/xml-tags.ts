import type { ByteWindow } from './byte-window.ts';
import { MetadataError } from './errors.ts';
import { XmlAttributes } from './xml-attributes.ts';
import { AMP, APOSTROPHE, CLASS, EQUALS, GT, LT, NAME, QUOTE, SLASH, SPACE, STOPS_VALUE } from './xml-classes.ts';
import { badReference, forbidden, malformed } from './xml-faults.ts';
import type { XmlNames } from './xml-names.ts';

const MAX_NAMES = 4096;

/**
 * Reads single tags. Methods return where the tag ends, or -1 when it has not arrived whole; it is then read again from its start.
 */
export class XmlTags {
  readonly attributes = new XmlAttributes();
  /** Of the tag that was read last. */
  name = 0;
  selfClosing = false;
  readonly #input: ByteWindow;
  readonly #names: XmlNames;

  constructor(input: ByteWindow, names: XmlNames) {
    this.#input = input;
    this.#names = names;
  }

  /** Reads a start tag or an empty one; `nameStart` is behind `<`. @throws MetadataError */
  open(nameStart: number): number {
    const input = this.#input;
    const { bytes, end } = input;
    let p = nameStart;
    while ((CLASS[bytes[p]!]! & NAME) !== 0) p++;
    if (p >= end) return -1;
    if (p === nameStart) malformed(input, '"<" does not begin a tag', p);
    const nameEnd = p;
    this.attributes.clear();
    let references = false;
    for (;;) {
      const gap = p;
      while ((CLASS[bytes[p]!]! & SPACE) !== 0) p++;
      if (p >= end) return -1;
      if (bytes[p] === GT || bytes[p] === SLASH) break;
      if (gap === p) malformed(input, 'there is no space before an attribute', p);
      const attributeStart = p;
      while ((CLASS[bytes[p]!]! & NAME) !== 0) p++;
      const attributeEnd = p;
      while ((CLASS[bytes[p]!]! & SPACE) !== 0) p++;
      if (p >= end) return -1;
      if (attributeStart === attributeEnd) malformed(input, 'an attribute has no name', p);
      if (bytes[p] !== EQUALS) malformed(input, 'an attribute has no value', p);
      p++;
      while ((CLASS[bytes[p]!]! & SPACE) !== 0) p++;
      if (p >= end) return -1;
      const quote = bytes[p]!;
      if (quote !== QUOTE && quote !== APOSTROPHE) malformed(input, 'the value of an attribute has no quotes', p);
      const valueStart = ++p;
      for (;;) {
        while ((CLASS[bytes[p]!]! & STOPS_VALUE) === 0) p++;
        if (p >= end) return -1;
        const byte = bytes[p]!;
        if (byte === quote) break;
        if (byte === LT) malformed(input, '"<" stands in the value of an attribute', p);
        if (byte === AMP || (CLASS[byte]! & SPACE) !== 0) references = true;
        else if (byte < 32) forbidden(input, byte, p);
        p++;
      }
      const attribute = this.#names.intern(bytes, attributeStart, attributeEnd);
      const wrong = this.attributes.add(attribute, valueStart, p);
      if (wrong !== undefined) this.#badAttribute(wrong, attribute, attributeStart);
      p++;
    }
    this.selfClosing = bytes[p] === SLASH;
    if (this.selfClosing && ++p >= end) return -1;
    if (bytes[p] !== GT) malformed(input, '"/" stands within a tag', p);
    // Only now that the tag is complete: values change in place, and an incomplete tag is read again.
    const bad = references ? this.attributes.decode(bytes) : -1;
    if (bad >= 0) badReference(input, bad);
    this.name = this.#name(nameStart, nameEnd);
    return p + 1;
  }

  /** Reads an end tag; `nameStart` is behind `</`. @throws MetadataError */
  close(nameStart: number): number {
    const input = this.#input;
    const { bytes, end } = input;
    let p = nameStart;
    while ((CLASS[bytes[p]!]! & NAME) !== 0) p++;
    const nameEnd = p;
    while ((CLASS[bytes[p]!]! & SPACE) !== 0) p++;
    if (p >= end) return -1;
    if (bytes[p] !== GT || nameEnd === nameStart) malformed(input, 'an end tag is broken', p);
    this.name = this.#name(nameStart, nameEnd);
    return p + 1;
  }

  /** A tag's name, after those of its attributes: so one check covers them all. */
  #name(start: number, end: number): number {
    const id = this.#names.intern(this.#input.bytes, start, end);
    if (this.#names.count > MAX_NAMES) {
      throw new MetadataError(
        'METADATA_TOO_LARGE',
        `the XML has more than ${MAX_NAMES} different names`,
        this.#input.line,
      );
    }
    return id;
  }

  #badAttribute(wrong: 'twice' | 'many', name: number, position: number): never {
    const what =
      wrong === 'many'
        ? 'an element has too many attributes'
        : `the attribute "${this.#names.text(name).slice(0, 60)}" stands twice in one element`;
    return malformed(this.#input, what, position);
  }
}
