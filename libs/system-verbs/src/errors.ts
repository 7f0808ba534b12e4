import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

/** Codes of verbs about a system; the plugin `client` declares them. */
export const SYSTEM_ERRORS = {
  SYSTEM_STATEROOT: 'It is not clear which stateroot is meant, or it has no deployment.',
  SYSTEM_INDEX: 'There is no deployment of the given number.',
} as const satisfies ErrorTable;

export function systemError(
  code: keyof typeof SYSTEM_ERRORS,
  message: string,
  options: HostErrorOptions = {},
): HostError {
  return new HostError(code, message, options);
}
