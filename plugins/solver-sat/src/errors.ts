import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

/** Codes of solver-sat. Never reused; docs/errors.md shows them. */
export const SOLVER_ERRORS = {
  SOLVER_PROBLEM:
    'The packages that were asked for cannot be installed together; each problem says what stands in the way.',
  SOLVER_NOT_FOUND: 'No available package, provide or file fits what was asked for.',
  SOLVER_GROUP_UNKNOWN: 'No package source has a group of the name that was asked for.',
  SOLVER_NOT_INSTALLED: 'A package that was to be removed or replaced is not in the base.',
  SOLVER_CONFLICT: 'Requirements of packages contradict each other.',
  SOLVER_DEPENDENCY: 'A package has a dependency that cannot be understood or is absurdly large.',
} as const satisfies ErrorTable;

export type SolverErrorCode = keyof typeof SOLVER_ERRORS;

export function solverError(
  code: SolverErrorCode,
  message: string,
  options: HostErrorOptions = {},
): HostError<SolverErrorCode> {
  return new HostError(code, message, options);
}
