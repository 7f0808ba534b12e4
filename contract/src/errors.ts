import type { Json } from './records/index.ts';

/** Where plugin code was running when an error came out of it; stamped by the guard. */
export interface ErrorOrigin {
  readonly stage: string | null;
  readonly hook: string | null;
  readonly plugin: string | null;
}

/** Codes of a package with what each one means: one sentence a code, shown in docs/errors.md. Codes are never reused. */
export type ErrorTable = { readonly [code: string]: string };

export interface HostErrorOptions {
  /** What the user can do about it: a sentence. */
  readonly hint?: string;
  /** Facts for programs: names, paths, lines, expected and found. Never secrets. */
  readonly data?: { readonly [key: string]: Json };
  readonly cause?: unknown;
  /** Errors that were collected and are reported together. */
  readonly problems?: readonly HostError[];
}

/**
 * The one error type that crosses the contract. `message` is one clear sentence that names the file, line, package or URL at fault;
 * `code` comes from the table of the package that throws.
 */
export class HostError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly hint: string | null;
  readonly data: { readonly [key: string]: Json };
  readonly problems: readonly HostError[];
  /** Set once, by the guard. */
  origin: ErrorOrigin | null = null;

  constructor(code: Code, message: string, options: HostErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HostError';
    this.code = code;
    this.hint = options.hint ?? null;
    this.data = options.data ?? {};
    this.problems = options.problems ?? [];
  }
}

/** Tells errors of the contract from all others, also when two copies of this package are loaded. */
export function isHostError(error: unknown): error is HostError {
  return error instanceof Error && error.name === 'HostError' && 'code' in error && 'hint' in error;
}
