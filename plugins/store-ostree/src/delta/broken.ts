import { CodecError } from '../codec/errors.ts';
import { storeError } from '../errors.ts';

/** What is said of a delta, part or index that is not what its format says. */
export function brokenDelta(path: string, problem: string, cause?: unknown) {
  return storeError('OSTREE_DELTA_INVALID', `The static delta ${path} cannot be used: ${problem}.`, {
    hint: 'Fetch or make it again.',
    data: { path },
    cause,
  });
}

/** Runs a reader of a delta's bytes; what it finds wrong becomes OSTREE_DELTA_INVALID with the file at fault. */
export function decodingDelta<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CodecError) throw brokenDelta(path, error.message, error);
    throw error;
  }
}
