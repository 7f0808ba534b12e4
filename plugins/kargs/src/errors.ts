import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

export const ERRORS = {
  KARGS_USAGE: 'Options of the verb kargs exclude one another.',
  KARGS_CHANGE: 'Kernel arguments cannot be changed as asked: one is not there, or is there more than once.',
  KARGS_EDITED: 'A text that was edited is no list of kernel arguments, or nothing was changed in it.',
} as const satisfies ErrorTable;

export function kargsError(code: keyof typeof ERRORS, message: string, options: HostErrorOptions = {}): HostError {
  return new HostError(code, message, options);
}
