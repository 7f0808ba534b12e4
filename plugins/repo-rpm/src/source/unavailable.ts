import { type HostError, isHostError } from '@ostrata/contract';
import { sourceError } from './errors.ts';

/** An error that says that a repository is not to be had, with its name; null for one that says that something is wrong with it. */
export function asUnavailable(error: unknown, id: string): HostError | null {
  if (!isHostError(error)) return null;
  if (error.code === 'SOURCE_UNAVAILABLE' || error.code === 'SOURCE_NOT_CACHED') return error;
  if (!error.code.startsWith('TRANSPORT_')) return null;
  return sourceError('SOURCE_UNAVAILABLE', `The repository ${id} is not to be had: ${error.message}.`, {
    ...(error.hint === null ? {} : { hint: error.hint }),
    data: { id },
    problems: error.problems,
    cause: error,
  });
}
