/** What of a value is at fault: the name of a directory entry, or a mode and those of its bits that it must not have. */
export interface CodecFault {
  readonly entry?: string;
  readonly mode?: number;
  readonly bits?: number;
}

/** Bytes that are not what their format says. Carries the offset in bytes where reading stopped, when it is known. */
export class CodecError extends Error {
  readonly code: 'CODEC_INVALID' | 'CODEC_LIMIT';
  readonly offset: number | undefined;
  readonly fault: CodecFault;

  constructor(code: 'CODEC_INVALID' | 'CODEC_LIMIT', message: string, offset?: number, fault: CodecFault = {}) {
    super(offset === undefined ? message : `${message} (at byte ${offset})`);
    this.name = 'CodecError';
    this.code = code;
    this.offset = offset;
    this.fault = fault;
  }
}

export function invalid(message: string, offset?: number): CodecError {
  return new CodecError('CODEC_INVALID', message, offset);
}

export function limit(message: string, offset?: number): CodecError {
  return new CodecError('CODEC_LIMIT', message, offset);
}

/** An error that says what of a value is at fault. */
export function invalidPart(message: string, fault: CodecFault): CodecError {
  return new CodecError('CODEC_INVALID', message, undefined, fault);
}
