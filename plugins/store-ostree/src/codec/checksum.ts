import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { invalid } from './errors.ts';

/** The name of an object: the SHA-256 of its canonical bytes as 64 lower-case hexadecimal digits. */
export type Checksum = string;

const PATTERN = /^[0-9a-f]{64}$/;

export const isChecksum = (text: string): boolean => PATTERN.test(text);

export const sha256 = (bytes: Uint8Array): Checksum => hash('sha256', bytes, 'hex');

/** The 32 raw bytes of a checksum as they stand in serialised objects. */
export function checksumBytes(checksum: Checksum): Buffer {
  if (!isChecksum(checksum)) throw invalid(`${JSON.stringify(checksum)} is not a checksum`);
  return Buffer.from(checksum, 'hex');
}

export function checksumFromBytes(bytes: Uint8Array): Checksum {
  if (bytes.length !== 32) throw invalid(`a checksum of ${bytes.length} bytes`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
