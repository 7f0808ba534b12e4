export type CpioCode =
  | 'CPIO_MAGIC'
  | 'CPIO_HEADER'
  | 'CPIO_NAME'
  | 'CPIO_TRUNCATED'
  | 'CPIO_TRAILING'
  | 'CPIO_CHECKSUM';

/** An archive that cannot be read or written. `offset` is the byte of the archive at which the trouble is. */
export class CpioError extends Error {
  override readonly name = 'CpioError';
  readonly code: CpioCode;
  readonly offset: number;

  constructor(code: CpioCode, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}
