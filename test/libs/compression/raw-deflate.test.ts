import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { CompressionError, RawDeflater, RawInflater } from '@ostrata/compression';
import { nativeLibraries } from '../../../libs/compression/src/native.ts';

const LIBRARIES = {
  'with the zlib of node': nativeLibraries(),
  'without native libraries': { ...nativeLibraries(), zlib: undefined },
};

const TEXT = Buffer.concat([Buffer.from('so it goes, '.repeat(20_000)), randomBytes(50_000), Buffer.alloc(100_000)]);

function inflate(inflater: RawInflater, packed: Uint8Array, input: number, output: number) {
  inflater.start(TEXT.length);
  const pieces: Buffer[] = [];
  let at = 0;
  for (let ended = false; !ended; ) {
    const room = Buffer.alloc(output);
    const given = packed.subarray(at, at + input);
    const step = inflater.step(given, room);
    if (step.consumed + step.produced === 0 && at + given.length >= packed.length) break;
    at += step.consumed;
    pieces.push(room.subarray(0, step.produced));
    ended = step.ended;
  }
  return { bytes: Buffer.concat(pieces), consumed: at };
}

function deflate(deflater: RawDeflater, pieces: readonly Uint8Array[], output: number): Buffer {
  deflater.reset();
  const packed: Buffer[] = [];
  const put = (bytes: Uint8Array, flush: 'none' | 'sync' | 'end') => {
    for (let at = 0, done = false; !done; ) {
      const room = Buffer.alloc(output);
      const step = deflater.step(bytes.subarray(at), room, flush);
      at += step.consumed;
      packed.push(room.subarray(0, step.produced));
      done = step.done;
    }
  };
  for (const [index, piece] of pieces.entries()) put(piece, index % 2 === 0 ? 'none' : 'sync');
  put(new Uint8Array(), 'end');
  return Buffer.concat(packed);
}

for (const [how, libraries] of Object.entries(LIBRARIES)) {
  describe(`raw deflate ${how}`, () => {
    it('gives back what node compressed, in pieces of any size, one stream after the other', () => {
      const inflater = new RawInflater(libraries);
      for (const [input, output] of [
        [1 << 20, 1 << 20],
        [1000, 333],
        [100, 4096],
      ] as const) {
        if (libraries.zlib === undefined && input < 100) continue;
        const packed = Buffer.concat([deflateRawSync(TEXT), Buffer.from('more')]);
        const { bytes, consumed } = inflate(inflater, packed, input, output);
        assert.ok(bytes.equals(TEXT), `${input} ${output}`);
        assert.equal(consumed, packed.length - 4);
      }
    });

    it('does not end where the stream is cut off, and says what is no stream', () => {
      const inflater = new RawInflater(libraries);
      const packed = deflateRawSync(TEXT);
      assert.ok(inflate(inflater, packed.subarray(0, packed.length - 5), 1 << 20, 1 << 20).bytes.length < TEXT.length);
      inflater.start(TEXT.length);
      assert.throws(() => inflater.step(Buffer.alloc(100, 0xff), Buffer.alloc(100)), CompressionError);
      assert.ok(inflate(inflater, packed, 1 << 20, 1 << 20).bytes.equals(TEXT));
    });

    it('compresses in pieces, one stream after the other, as node undoes', () => {
      for (const level of [0, 1, 6]) {
        const deflater = new RawDeflater(level, libraries);
        for (const pieces of [
          [TEXT],
          [TEXT.subarray(0, 99_999), TEXT.subarray(99_999, 200_000), TEXT.subarray(200_000)],
          [],
        ]) {
          for (const output of [64, 1 << 20]) {
            const packed = deflate(deflater, pieces, output);
            assert.ok(inflateRawSync(packed).equals(Buffer.concat(pieces)), `${level} ${pieces.length} ${output}`);
          }
        }
      }
    });
  });
}
