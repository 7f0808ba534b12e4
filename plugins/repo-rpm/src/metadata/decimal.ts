import { MetadataError } from './errors.ts';

/** A number of decimal digits. @throws MetadataError METADATA_INVALID naming `what`. */
export function decimal(text: string | undefined, what: string, max: number, line: number): number {
  if (text !== undefined && /^[0-9]{1,16}$/.test(text)) {
    const value = Number(text);
    if (value <= max) return value;
  }
  throw new MetadataError(
    'METADATA_INVALID',
    `${what} is ${text === undefined ? 'missing' : `"${text.slice(0, 40)}"`}`,
    line,
  );
}
