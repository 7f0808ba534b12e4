import type { TransportBytesRequest } from '@ostrata/contract';
import { AttemptFailure } from './attempt-failure.ts';
import { hashFor } from './checksum.ts';

const HINT = 'The mirror may be out of date or the file changed: refresh the metadata or use another mirror.';

/** Holds a file in memory, of `length` bytes, to what the request says of it. `shown` is its URL for messages. @throws AttemptFailure */
export function checkBytes(bytes: Uint8Array, length: number, shown: string, request: TransportBytesRequest): void {
  const { size, maxSize, checksum } = request;
  if (length > maxSize) throw tooLargeFailure(shown, maxSize);
  if (size !== undefined && length !== size) {
    throw new AttemptFailure('mirror', 'TRANSPORT_SIZE', `${shown} has ${length} bytes and not ${size}`, {
      hint: HINT,
      data: { url: shown, expected: size, found: length },
    });
  }
  if (checksum === undefined) return;
  const found = hashFor(checksum).update(bytes).digest('hex');
  if (found === checksum.value.toLowerCase()) return;
  throw new AttemptFailure(
    'mirror',
    'TRANSPORT_CHECKSUM',
    `${shown} has the ${checksum.algorithm} checksum ${found} and not ${checksum.value}`,
    { hint: HINT, data: { url: shown, algorithm: checksum.algorithm, expected: checksum.value, found } },
  );
}

export function tooLargeFailure(shown: string, maxSize: number): AttemptFailure {
  return new AttemptFailure(
    'mirror',
    'TRANSPORT_TOO_LARGE',
    `${shown} is larger than the ${maxSize} bytes that are allowed`,
    { hint: 'Check the URL: it answers with another kind of file.', data: { url: shown, maxSize } },
  );
}
