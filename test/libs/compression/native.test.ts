import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import { CompressionError, decompress, type Format } from '../../../libs/compression/src/index.ts';
import { nativeLibraries } from '../../../libs/compression/src/native.ts';
import { nativeEngine } from '../../../libs/compression/src/native-engines.ts';
import { SAMPLES, TEXT } from './samples.ts';

/** Each prototype is called here with real data: a wrong one crashes this test and not an image build. */
describe('native libraries', () => {
  for (const [name, bytes] of Object.entries(SAMPLES)) {
    describe(`${name} (needs the library)`, () => {
      it('decodes through a small window, twice with one decoder, for many decoders', function () {
        const open = nativeEngine(name as Exclude<Format, 'none'>, nativeLibraries());
        if (!open) return this.skip();
        for (let round = 0; round < 20; round++) {
          const engine = open();
          for (let again = 0; again < 2; again++) {
            const output = Buffer.alloc(97);
            const parts: Buffer[] = [];
            let rest: Uint8Array = bytes;
            for (let ended = false; !ended; ) {
              const step = engine.step(rest.subarray(0, 31), output);
              parts.push(Buffer.from(output.subarray(0, step.produced)));
              rest = rest.subarray(step.consumed);
              ended = step.ended;
            }
            assert.equal(rest.length, 0);
            assert.deepEqual(Buffer.concat(parts), TEXT);
            engine.reset();
          }
          engine.close();
        }
      });
    });
  }

  it('do not take all memory because the data ask for it (needs liblzma)', function () {
    if (!nativeLibraries().lzma) return this.skip();
    const greedy = Buffer.from(SAMPLES.xz);
    // The last byte before the padding of the block's header is the size of the window: 37 means 1.5 GiB.
    const header = greedy.subarray(12, 12 + (greedy.readUInt8(12) + 1) * 4);
    header[header.indexOf(Buffer.from([0x21, 1])) + 2] = 37;
    header.writeUInt32LE(crc32(header.subarray(0, -4)), header.length - 4);
    assert.throws(
      () => decompress(greedy, { maxBytes: 1e6 }),
      (error) => error instanceof CompressionError && error.code === 'COMPRESSION_UNSUPPORTED',
    );
  });

  it('are loaded once', () => {
    assert.equal(nativeLibraries(), nativeLibraries());
  });
});
