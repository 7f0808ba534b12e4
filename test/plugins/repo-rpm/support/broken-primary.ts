import { RELATION_KINDS } from '@ostrata/core';
import { MetadataError, type PackedPackages, PrimaryReader } from '../../../../plugins/repo-rpm/src/metadata/index.ts';

/** How a document is broken at a place: it ends there, a byte is missing, or another one stands in its place. */
export const BREAKS = ['end', 'missing', '<', '>', '&', '"', ']', '\0', '\xff', '\xc3'] as const;
export type Break = (typeof BREAKS)[number];

export function broken(document: Buffer, at: number, how: Break): Buffer {
  if (how === 'end') return document.subarray(0, at);
  if (how === 'missing') return Buffer.concat([document.subarray(0, at), document.subarray(at + 1)]);
  const copy = Buffer.from(document);
  copy.writeUInt8(how.charCodeAt(0), at);
  return copy;
}

/** Packages of a document, or its error; whatever else happens comes out as it is. Everything of the packages is looked at. */
export function tryRead(document: Buffer): PackedPackages | MetadataError {
  const reader = new PrimaryReader();
  try {
    reader.write(document);
    const packages = reader.end();
    for (let index = 0; index < packages.count; index++) {
      packages.name(index);
      packages.evr(index);
      packages.checksum(index);
      packages.files(index);
      for (const kind of RELATION_KINDS) packages.relations(index, kind);
    }
    return packages;
  } catch (error) {
    if (error instanceof MetadataError) return error;
    throw error;
  }
}

const PACKAGE = Buffer.from('<package type="rpm">');
const PACKAGE_END = Buffer.from('</package>');

/** A part of a `primary.xml` that is a document of its own: its head, the package around a byte, its end. */
export interface Window {
  readonly document: Buffer;
  /** Where the byte is in it. */
  readonly at: number;
}

/** So much of the lists around a byte stays in its window. */
const NEAR = 4096;
/** Lines of which a package can have any number. */
const ENTRIES = /(?:^[ \t]*<(?:rpm:entry\b[^\n]*\/>|file\b[^\n]*<\/file>)[ \t]*\n)+/gm;

/**
 * The window around each `step`th byte. Packages do not know of each other, nor do entries of their lists, so a byte does the same
 * there as in the whole, which would have to be read again from its start for every one of them.
 */
export function* windows(xml: Buffer, step: number): Generator<Window> {
  const first = xml.indexOf(PACKAGE);
  const last = xml.lastIndexOf(PACKAGE_END);
  const head = xml.subarray(0, first);
  const tail = xml.subarray(last + PACKAGE_END.length);
  let [start, end] = [first, xml.indexOf(PACKAGE_END, first) + PACKAGE_END.length];
  let lists = listsIn(xml, start, end);
  for (let offset = step; offset < xml.length; offset += step) {
    if (offset >= end && offset < last) {
      start = xml.lastIndexOf(PACKAGE, offset);
      end = xml.indexOf(PACKAGE_END, start) + PACKAGE_END.length;
      lists = listsIn(xml, start, end);
    }
    const parts = [head, ...nearby(xml, start, end, lists, offset)];
    let at = offset < first ? offset : 0;
    if (offset >= first) {
      let length = 0;
      for (const part of parts) {
        const from = part.byteOffset - xml.byteOffset;
        if (offset >= from && offset < from + part.length) at = length + offset - from;
        length += part.length;
      }
      // Behind the package: in the end of the document, or in the space between two packages, which is in no window.
      if (at === 0) at = offset > last ? length + Math.max(0, offset - last - PACKAGE_END.length) : length;
    }
    const document = Buffer.concat([...parts, tail]);
    yield { document, at: Math.min(at, document.length - 1) };
  }
}

/** Where a package has runs of entries. */
function listsIn(xml: Buffer, start: number, end: number): [from: number, to: number][] {
  if (end - start < 4 * NEAR) return [];
  const text = xml.toString('latin1', start, end);
  return Array.from(text.matchAll(ENTRIES), ({ index, 0: run }) => [start + index, start + index + run.length]);
}

/** A package without what is far from a byte. */
function nearby(xml: Buffer, start: number, end: number, lists: [number, number][], offset: number): Buffer[] {
  const parts: Buffer[] = [];
  let from = start;
  for (const [a, b] of lists) {
    parts.push(xml.subarray(from, a));
    const near = Math.max(a, xml.lastIndexOf(10, Math.max(a, offset - NEAR)) + 1);
    const far = xml.indexOf(10, Math.min(b - 1, Math.max(near, offset + NEAR))) + 1;
    if (near < Math.min(far, b) && offset + NEAR > a && offset - NEAR < b)
      parts.push(xml.subarray(near, Math.min(far, b)));
    from = b;
  }
  parts.push(xml.subarray(from, end));
  return parts;
}
