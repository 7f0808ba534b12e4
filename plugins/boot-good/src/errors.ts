import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

export const ERRORS = {
  HEALTH_FAILED_COMMIT: 'A commit is to be deployed again whose deployment was found unhealthy.',
  HEALTH_UNKNOWN: 'No failed deployment is remembered under the given name.',
} as const satisfies ErrorTable;

export function healthError(code: keyof typeof ERRORS, message: string, options: HostErrorOptions = {}): HostError {
  return new HostError(code, message, options);
}
