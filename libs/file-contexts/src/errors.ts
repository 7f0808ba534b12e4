/** A line of a file of contexts that cannot be used. */
export class FileContextsError extends Error {
  readonly code = 'FILE_CONTEXTS_INVALID';
  /** The name of the file as in a policy: `file_contexts`, `file_contexts.subs`, … */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;

  constructor(file: string, line: number, problem: string) {
    super(`line ${line} of ${file}: ${problem}`);
    this.name = 'FileContextsError';
    this.file = file;
    this.line = line;
  }
}
