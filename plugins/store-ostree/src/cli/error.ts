/** A failure in the words of the `ostree` command. */
export class VerbError extends Error {
  /** What stands before the error: the help, where the command line itself is wrong. */
  readonly usage: string | undefined;

  constructor(message: string, options: { usage?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'VerbError';
    this.usage = options.usage;
  }
}

/** The error of a command line that lacks something or has too much. */
export function usageError(call: { readonly help: string }, message: string): VerbError {
  return new VerbError(message, { usage: call.help });
}
