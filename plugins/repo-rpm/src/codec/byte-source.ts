import { RpmFormatError } from './errors.ts';

/**
 * Bytes that can be read by range: a buffer, or a file behind a function of the caller's, so that a header is read without its
 * payload.
 */
export interface ByteSource {
  /** Total size in bytes. */
  readonly size: number;
  /** Reads up to `length` bytes at `position`; fewer only at the end. */
  read(position: number, length: number): Uint8Array;
}

export function toByteSource(input: Uint8Array | ByteSource): ByteSource {
  if (!(input instanceof Uint8Array)) return input;
  return { size: input.length, read: (position, length) => input.subarray(position, position + length) };
}

/**
 * Reads exactly `length` bytes.
 * @throws RpmFormatError RPM_TRUNCATED, naming `what`.
 */
export function readExactly(source: ByteSource, position: number, length: number, what: string): Buffer {
  const available = Math.max(0, source.size - position);
  const bytes = length <= available ? source.read(position, length) : undefined;
  if (!bytes || bytes.length !== length) {
    throw new RpmFormatError('RPM_TRUNCATED', `${what} ends too early`, { position, wanted: length, available });
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
