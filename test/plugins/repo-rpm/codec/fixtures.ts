import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RpmFormatError, type RpmPackage, readPackage } from '../../../../plugins/repo-rpm/src/codec/index.ts';

/** The bytes of a file in `fixtures/`. */
export function fixture(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, 'fixtures', name));
}

/** A package of `fixtures/` with its bytes and its compressed payload. */
export function fixturePackage(name: string): { bytes: Buffer; pkg: RpmPackage; payload: Buffer } {
  const bytes = fixture(name);
  const pkg = readPackage(bytes);
  return { bytes, pkg, payload: bytes.subarray(pkg.extents.payload.offset) };
}

/** The code of the RpmFormatError that a call ends with, or `none`; any other error is a failure of the test. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RpmFormatError) return error.code;
    throw error;
  }
  return 'none';
}
