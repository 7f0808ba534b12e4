import type { Random } from './random.ts';

const NUMBERS = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
/** Mutated inputs stay below this size: time is better spent on many small ones. */
const MAX_SIZE = 256 * 1024;

type Mutation = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const change =
  (edit: (bytes: Buffer, random: Random) => void): Mutation =>
  (bytes, random) => {
    if (bytes.length > 0) edit(bytes, random);
    return bytes;
  };

/** A range of the bytes; short ones are likelier. */
function range(length: number, random: Random): [start: number, end: number] {
  const start = random.below(length + 1);
  const longest = random.chance(0.8) ? 16 : length;
  return [start, Math.min(length, start + random.below(longest + 1))];
}

function writeNumber(bytes: Buffer, random: Random, at: number): void {
  const width = Math.min(random.pick([1, 2, 4]), bytes.length - at);
  const number = random.chance(0.5) ? random.pick(NUMBERS) : bytes.length + random.below(9) - 4;
  const value = number & (width === 4 ? -1 : 2 ** (8 * width) - 1);
  if (random.chance(0.7)) bytes.writeUIntLE(value >>> 0, at, width);
  else bytes.writeUIntBE(value >>> 0, at, width);
}

const MUTATIONS: readonly Mutation[] = [
  change((bytes, random) => {
    const at = random.below(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << random.below(8));
  }),
  change((bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256);
  }),
  change((bytes, random) => writeNumber(bytes, random, random.below(bytes.length))),
  // Containers end with their tables of offsets.
  change((bytes, random) => writeNumber(bytes, random, Math.max(0, bytes.length - 1 - random.below(16)))),
  change((bytes, random) => {
    const at = Math.max(0, bytes.length - 1 - random.below(24));
    bytes[at] = bytes[at]! + random.below(7) - 3;
  }),
  // Lengths come first.
  change((bytes, random) => writeNumber(bytes, random, random.below(Math.min(12, bytes.length)))),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  (bytes, random) => Buffer.concat([bytes, random.chance(0.5) ? Buffer.alloc(random.below(9)) : random.bytes(8)]),
  (bytes, random) => {
    const [start, end] = range(bytes.length, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  (bytes, random) => {
    const [start, end] = range(bytes.length, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start, end), bytes.subarray(end)]);
  },
  (bytes, random, others) => {
    const other = random.pick(others);
    const [start, end] = range(other.length, random);
    const at = random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(start, end), bytes.subarray(at)]);
  },
  (bytes, random, others) => {
    const other = random.pick(others);
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  },
  change((bytes, random) => {
    const [start, end] = range(bytes.length, random);
    bytes.fill(random.pick([0, 0xff, 0x20]), start, end);
  }),
];

/** A copy of valid bytes that is changed in a few places. */
export function mutateBytes(valid: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  let bytes = Buffer.from(valid);
  for (let count = 1 + random.below(random.chance(0.7) ? 2 : 8); count > 0; count--) {
    bytes = Buffer.from(random.pick(MUTATIONS)(bytes, random, others));
  }
  return bytes.subarray(0, MAX_SIZE);
}
