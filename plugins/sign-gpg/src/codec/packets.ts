/** Tags of RFC 9580, section 5. */
export const TAG = { signature: 2, secretKey: 5, publicKey: 6 } as const;

/** A packet in a row of OpenPGP packets; `start` to `end` includes its header. */
export interface PacketSpan {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the packets in bytes (RFC 9580, section 4.2: both header formats; no partial or indeterminate lengths, which keys and
 * signatures cannot have). Consumes every byte; throws an Error that names the offset at which there is no whole packet.
 */
export function packetSpans(bytes: Uint8Array): PacketSpan[] {
  const spans: PacketSpan[] = [];
  for (let start = 0; start < bytes.length; ) {
    const span = packetAt(bytes, start);
    if (span === null || span.end > bytes.length) throw new Error(`no whole OpenPGP packet at byte ${start}`);
    spans.push(span);
    start = span.end;
  }
  return spans;
}

function packetAt(bytes: Uint8Array, start: number): PacketSpan | null {
  const head = bytes[start] ?? 0;
  if ((head & 0x80) === 0) return null;
  const at = start + 1;
  if ((head & 0x40) === 0) {
    const size = [1, 2, 4][head & 3];
    const length = size === undefined ? null : integer(bytes, at, size);
    return length === null ? null : { tag: (head >> 2) & 15, start, end: at + (size ?? 0) + length };
  }
  const tag = head & 63;
  const first = bytes[at];
  if (first === undefined || (first >= 224 && first < 255)) return null;
  if (first < 192) return { tag, start, end: at + 1 + first };
  if (first < 224) {
    const second = bytes[at + 1];
    return second === undefined ? null : { tag, start, end: at + 2 + ((first - 192) << 8) + second + 192 };
  }
  const length = integer(bytes, at + 1, 4);
  return length === null ? null : { tag, start, end: at + 5 + length };
}

function integer(bytes: Uint8Array, at: number, size: number): number | null {
  if (at + size > bytes.length) return null;
  let value = 0;
  for (let index = 0; index < size; index++) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}
