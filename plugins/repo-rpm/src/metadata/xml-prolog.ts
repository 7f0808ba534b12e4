import type { ByteWindow } from './byte-window.ts';
import { MetadataError } from './errors.ts';
import { APOSTROPHE, BRACKET, GT, LT, QUOTE } from './xml-classes.ts';

/**
 * Passes over a document type (comps files have one) whose name begins at `start`; one that declares anything is refused. Returns
 * where it ends, or -1 when it has not arrived.
 * @throws MetadataError METADATA_XML_REFUSED, METADATA_XML_MALFORMED
 */
export function passDoctype(window: ByteWindow, start: number): number {
  let quote = 0;
  for (let p = start; p < window.end; p++) {
    const byte = window.bytes[p]!;
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === QUOTE || byte === APOSTROPHE) quote = byte;
    else if (byte === BRACKET) {
      throw new MetadataError('METADATA_XML_REFUSED', 'the document type declares entities or elements', window.line);
    } else if (byte === LT) {
      throw new MetadataError('METADATA_XML_MALFORMED', '"<" stands in the document type', window.line);
    } else if (byte === GT) return p + 1;
  }
  return -1;
}

/** Whether the instruction `text` (without its question marks) is the XML declaration. @throws MetadataError METADATA_ENCODING */
export function isDeclaration(text: string, line: number): boolean {
  if (!/^xml\s/i.test(text)) return false;
  const encoding = /\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  if (encoding !== undefined && !/^(utf-?8|us-ascii|ascii)$/i.test(encoding)) {
    throw new MetadataError('METADATA_ENCODING', `the file says that its encoding is "${encoding.slice(0, 40)}"`, line);
  }
  return true;
}
