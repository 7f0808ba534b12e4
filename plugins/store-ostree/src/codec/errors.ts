/** Bytes that are not what their format says. Carries the offset in bytes where reading stopped, when it is known. */
export class CodecError extends Error {
  readonly code: 'CODEC_INVALID' | 'CODEC_LIMIT';
  readonly offset: number | undefined;
  /** The name of a directory entry that is at fault. */
  readonly entry: string | undefined;

  constructor(code: 'CODEC_INVALID' | 'CODEC_LIMIT', message: string, offset?: number, entry?: string) {
    super(offset === undefined ? message : `${message} (at byte ${offset})`);
    this.name = 'CodecError';
    this.code = code;
    this.offset = offset;
    this.entry = entry;
  }
}

export function invalid(message: string, offset?: number): CodecError {
  return new CodecError('CODEC_INVALID', message, offset);
}

export function limit(message: string, offset?: number): CodecError {
  return new CodecError('CODEC_LIMIT', message, offset);
}

export function invalidEntry(message: string, entry: string): CodecError {
  return new CodecError('CODEC_INVALID', message, undefined, entry);
}
