export type CompressionCode =
  | 'COMPRESSION_TRUNCATED'
  | 'COMPRESSION_CORRUPT'
  | 'COMPRESSION_TRAILING'
  | 'COMPRESSION_TOO_LARGE'
  | 'COMPRESSION_UNSUPPORTED'
  | 'COMPRESSION_UNAVAILABLE';

/** Data that cannot be decompressed or compressed: `code` says why, `message` is one sentence. */
export class CompressionError extends Error {
  override readonly name = 'CompressionError';
  readonly code: CompressionCode;

  constructor(code: CompressionCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export function unavailable(library: string): CompressionError {
  return new CompressionError('COMPRESSION_UNAVAILABLE', `${library} is not on this machine`);
}

export function tooLarge(maxBytes: number): CompressionError {
  return new CompressionError('COMPRESSION_TOO_LARGE', `the data decompress to more than ${maxBytes} bytes`);
}

export function truncated(format: string): CompressionError {
  return new CompressionError('COMPRESSION_TRUNCATED', `the ${format} data end too early`);
}

export function trailing(format: string): CompressionError {
  return new CompressionError('COMPRESSION_TRAILING', `something else follows the ${format} data`);
}

export function corrupt(format: string, detail: string, cause?: unknown): CompressionError {
  return new CompressionError('COMPRESSION_CORRUPT', `the ${format} data are corrupt: ${detail}`, cause);
}
