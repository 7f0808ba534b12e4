import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMetadata, type Metadata } from '../codec/commit.ts';
import { CodecError } from '../codec/errors.ts';
import { errnoOf, storeError } from '../errors.ts';
import type { Repository } from '../repo/repository.ts';
import { decodeSummary, type Summary } from './codec.ts';

/** OSTREE_MAX_METADATA_SIZE of libostree. */
export const MAX_SUMMARY = 128 * 1024 * 1024;

/** The exact bytes of the repository's summary, which signatures cover; undefined where there is none. @throws OSTREE_SUMMARY_INVALID */
export const summaryFile = (repo: Repository): Buffer | undefined => readBounded(join(repo.path, 'summary'));

/** The detached signatures of the repository's summary; undefined where there are none. @throws OSTREE_SUMMARY_INVALID */
export function readSummarySignature(repo: Repository): Metadata | undefined {
  const path = join(repo.path, 'summary.sig');
  const bytes = readBounded(path);
  return bytes && parse(() => decodeMetadata(bytes), path);
}

/** Reads a summary; `name` is a path or URL for messages. @throws OSTREE_SUMMARY_INVALID */
export const parseSummary = (bytes: Uint8Array, name: string): Summary => parse(() => decodeSummary(bytes), name);

function parse<T>(read: () => T, name: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw invalidSummary(name, error.message, error);
  }
}

function readBounded(path: string): Buffer | undefined {
  try {
    const { size } = statSync(path);
    if (size > MAX_SUMMARY) throw invalidSummary(path, `it has ${size} bytes and ${MAX_SUMMARY} are allowed`);
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const invalidSummary = (name: string, problem: string, cause?: unknown) =>
  storeError('OSTREE_SUMMARY_INVALID', `${name} is not valid: ${problem}.`, {
    hint: 'Have the summary updated where the repository is.',
    data: { name },
    ...(cause === undefined ? {} : { cause }),
  });
