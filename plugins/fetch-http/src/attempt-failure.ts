import { HostError, type HostErrorOptions } from '@ostrata/contract';
import type { TransportCode } from './errors.ts';

/**
 * What a failed attempt means for the others: `transient` may go well later, `resume` too but brought bytes that can be gone on with,
 * `mirror` makes this URL useless, `restart` wants the same URL again without what was kept of an earlier attempt, `fatal` ends the
 * request.
 */
export type FailureKind = 'transient' | 'resume' | 'mirror' | 'restart' | 'fatal';

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

  /** The same for an attempt that brought bytes: a connection that broke can be gone on with at once. */
  withProgress(): AttemptFailure {
    return this.kind === 'transient' && this.error.code === 'TRANSPORT_CONNECTION' ? this.#as('resume') : this;
  }

  /** The same for one that went on with bytes that may have been the wrong ones. */
  restarted(): AttemptFailure {
    return this.#as('restart');
  }

  #as(kind: FailureKind): AttemptFailure {
    const { code, message, hint, data, cause } = this.error;
    return new AttemptFailure(kind, code, message, { ...(hint === null ? {} : { hint }), data, cause });
  }
}
