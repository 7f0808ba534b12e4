import type { Hash } from 'node:crypto';
import type { TransportRequest } from '@ostrata/contract';
import { AttemptFailure } from './attempt-failure.ts';
import { hashFor } from './checksum.ts';
import type { PartFile } from './part-file.ts';

/** Takes the bytes of one attempt into a part file, checking size and checksum on the way. */
export class Receiver {
  readonly #request: TransportRequest;
  readonly #part: PartFile;
  /** The URL for messages. */
  readonly #shown: string;
  readonly #resumed: boolean;
  readonly #hash: Hash | null;

  private constructor(request: TransportRequest, part: PartFile, shown: string) {
    this.#request = request;
    this.#part = part;
    this.#shown = shown;
    this.#resumed = part.size > 0;
    this.#hash = request.checksum ? hashFor(request.checksum) : null;
  }

  /** Goes on after what the part file has. */
  static async create(request: TransportRequest, part: PartFile, shown: string): Promise<Receiver> {
    const receiver = new Receiver(request, part, shown);
    if (receiver.#hash !== null && receiver.#resumed) await part.hashInto(receiver.#hash);
    return receiver;
  }

  /** Looks at the total that a server announces before its bytes are taken. */
  announce(total: number): void {
    this.#checkBound(total);
    const { size } = this.#request;
    if (size !== undefined && total !== size) this.#wrongSize(total);
  }

  take(chunk: Uint8Array): void {
    this.#checkBound(this.#part.size + chunk.length);
    this.#part.append(chunk);
    this.#hash?.update(chunk);
    this.#request.onBytes?.(this.#part.size);
  }

  /** All bytes are there: are they the right ones? */
  finish(): void {
    const { size, checksum } = this.#request;
    if (size !== undefined && this.#part.size !== size) this.#wrongSize(this.#part.size);
    if (checksum === undefined || this.#hash === null) return;
    const found = this.#hash.digest('hex');
    if (found === checksum.value.toLowerCase()) return;
    this.#part.clear();
    throw new AttemptFailure(
      this.#resumed ? 'restart' : 'mirror',
      'TRANSPORT_CHECKSUM',
      `${this.#shown} has the ${checksum.algorithm} checksum ${found} and not ${checksum.value}`,
      {
        hint: 'The mirror may be out of date or the file changed: refresh the metadata or use another mirror.',
        data: { url: this.#shown, algorithm: checksum.algorithm, expected: checksum.value, found },
      },
    );
  }

  #checkBound(bytes: number): void {
    const { maxSize, size } = this.#request;
    if (size !== undefined && bytes > size) this.#wrongSize(bytes);
    if (maxSize === undefined || bytes <= maxSize) return;
    this.#part.clear();
    throw new AttemptFailure(
      'mirror',
      'TRANSPORT_TOO_LARGE',
      `${this.#shown} is larger than the ${maxSize} bytes that are allowed`,
      {
        hint: 'Check the URL: it answers with another kind of file.',
        data: { url: this.#shown, maxSize },
      },
    );
  }

  #wrongSize(found: number): never {
    this.#part.clear();
    const { size } = this.#request;
    throw new AttemptFailure(
      this.#resumed ? 'restart' : 'mirror',
      'TRANSPORT_SIZE',
      `${this.#shown} has ${found} bytes or more and not ${size}`,
      {
        hint: 'The mirror may be out of date or the file changed: refresh the metadata or use another mirror.',
        data: { url: this.#shown, expected: size ?? null, found },
      },
    );
  }
}
