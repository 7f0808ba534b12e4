/** What one step of a decoder did. */
export interface Step {
  /** Bytes taken from the input and put into the output. */
  readonly consumed: number;
  readonly produced: number;
  /** The member, frame or stream is complete. */
  readonly ended: boolean;
}

/** A decoder that is fed piece by piece. */
export interface Engine {
  /**
   * Decodes as much of `input` as fits into `output`.
   * @throws CompressionError COMPRESSION_CORRUPT, COMPRESSION_UNSUPPORTED.
   */
  step(input: Uint8Array, output: Uint8Array): Step;
  /** Makes ready for the next member, frame or stream. */
  reset(): void;
  /** Frees what the decoder holds. */
  close(): void;
}
