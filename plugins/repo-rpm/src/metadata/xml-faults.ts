import type { ByteWindow } from './byte-window.ts';
import { MetadataError } from './errors.ts';

/** Ends the reading where the fault is. @throws MetadataError METADATA_XML_MALFORMED */
export function malformed(input: ByteWindow, message: string, position: number): never {
  input.position = Math.min(position, input.end);
  throw new MetadataError('METADATA_XML_MALFORMED', message, input.line);
}

/** @throws MetadataError METADATA_XML_MALFORMED */
export function forbidden(input: ByteWindow, byte: number, position: number): never {
  return malformed(input, `the character U+${byte.toString(16).padStart(4, '0')} is not allowed in XML`, position);
}

/** @throws MetadataError METADATA_XML_REFUSED */
export function badReference(input: ByteWindow, position: number): never {
  input.position = Math.min(position, input.end);
  const text = input.string(position, Math.min(position + 20, input.end), 'latin1').replace(/[;<"'\s].*$/s, '');
  throw new MetadataError('METADATA_XML_REFUSED', `"${text}" is an entity that XML does not know`, input.line);
}

/** The file ends too early. @throws MetadataError METADATA_TRUNCATED */
export function truncated(input: ByteWindow, message: string): never {
  input.position = input.end;
  throw new MetadataError('METADATA_TRUNCATED', message, input.line);
}
