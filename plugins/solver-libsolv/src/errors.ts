import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

/** Codes of solver-libsolv. Never reused; docs/errors.md shows them. */
export const LIBSOLV_ERRORS = {
  SOLVER_LIBSOLV_ABSENT: 'The library libsolv, which solver-libsolv needs, is not on this machine.',
  SOLVER_LIBSOLV_FAILED: 'libsolv does not take what it was given.',
  SOLVER_LIBSOLV_PROBLEM: 'libsolv finds that the packages that were asked for cannot be installed together.',
  SOLVER_LIBSOLV_NOT_FOUND: 'No available package, provide or file fits what was asked for.',
  SOLVER_LIBSOLV_NOT_INSTALLED: 'A package that was to be removed or replaced is not in the base.',
  SOLVER_LIBSOLV_GROUP_UNKNOWN: 'No package source has a group of the name that was asked for.',
  SOLVER_LIBSOLV_DEPENDENCY: 'A package has a dependency that cannot be understood.',
} as const satisfies ErrorTable;

export type LibsolvErrorCode = keyof typeof LIBSOLV_ERRORS;

export function solverError(
  code: LibsolvErrorCode,
  message: string,
  options: HostErrorOptions = {},
): HostError<LibsolvErrorCode> {
  return new HostError(code, message, options);
}
