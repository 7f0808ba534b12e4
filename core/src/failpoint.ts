import type { HostError } from '@ostrata/contract';
import { coreError } from './errors.ts';

/**
 * Hears the name of every place at which a run can be made to fail, as it gets there: it may throw, abort the run or end the
 * process. Only tests give one to the host.
 */
export type FailpointHandler = (name: string) => void;

/** Thrown by a {@link FailpointHandler} to end the run as a power cut would: nothing is undone, nothing is reported. */
export class Crash extends Error {
  constructor(name: string) {
    super(`simulated crash at ${name}`);
    this.name = 'Crash';
  }
}

/** The error that a {@link FailpointHandler} throws for an ordinary failure. */
export function failpointError(name: string): HostError {
  return coreError('FAILPOINT', `Made to fail at ${name}.`, { data: { failpoint: name } });
}
