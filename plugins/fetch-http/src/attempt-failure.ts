import { HostError, type HostErrorOptions } from '@ostrata/core';
import type { TransportCode } from './errors.ts';

/**
 * What a failed attempt means for the others: `transient` may go well later, `mirror` makes this URL useless, `restart` wants the same
 * URL again without what was kept of an earlier attempt, `fatal` ends the request.
 */
export type FailureKind = 'transient' | 'mirror' | 'restart' | 'fatal';

/** One attempt at one URL that went wrong. */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  readonly kind: FailureKind;
  readonly error: HostError<TransportCode>;
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfter: number | null;

  constructor(
    kind: FailureKind,
    code: TransportCode,
    message: string,
    options: HostErrorOptions & { retryAfter?: number | null } = {},
  ) {
    super(message);
    this.kind = kind;
    const { retryAfter = null, ...rest } = options;
    this.error = new HostError(code, message, rest);
    this.retryAfter = retryAfter;
  }
}
