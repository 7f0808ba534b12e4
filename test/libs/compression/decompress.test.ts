import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { fallbackDecoder } from '../../../libs/compression/src/fallback.ts';
import {
  CompressionError,
  type DecompressOptions,
  decompress,
  decompressChunks,
  type Format,
} from '../../../libs/compression/src/index.ts';
import { SAMPLES, TEXT } from './samples.ts';

const MEGABYTE = 1024 * 1024;

type Decoder = (bytes: Buffer, options: DecompressOptions & { format: Exclude<Format, 'none'> }) => Buffer;

const DECODERS: Record<string, Decoder> = {
  'at once': (bytes, options) => decompress(bytes, options),
  'byte by byte': (bytes, options) => {
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    return Buffer.concat(Array.from(decompressChunks(pieces, options), (chunk) => Buffer.from(chunk)));
  },
  'without native libraries': (bytes, { format, maxBytes }) => fallbackDecoder(format)(bytes, maxBytes),
};

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CompressionError) return error.code;
    throw error;
  }
  return 'none';
}

for (const [how, decode] of Object.entries(DECODERS)) {
  describe(`decompress ${how}`, () => {
    for (const [name, bytes] of Object.entries(SAMPLES)) {
      const options = { maxBytes: MEGABYTE, format: name as Exclude<Format, 'none'> };

      describe(name, () => {
        it('gives back what was compressed', () => {
          assert.deepEqual(decode(bytes, options), TEXT);
        });

        it('refuses truncations', () => {
          for (let length = 0; length < bytes.length; length += length < 40 ? 1 : 7) {
            assert.equal(
              codeOf(() => decode(bytes.subarray(0, length), options)),
              'COMPRESSION_TRUNCATED',
              `at ${length}`,
            );
          }
        });

        it('refuses something else behind the data', () => {
          for (const tail of ['x', 'not compressed', '\0', 'BZ', '\x1f']) {
            const junk = Buffer.concat([bytes, Buffer.from(tail, 'latin1')]);
            assert.equal(
              codeOf(() => decode(junk, options)),
              'COMPRESSION_TRAILING',
              JSON.stringify(tail),
            );
          }
        });

        it(
          name === 'lzma' ? 'refuses a second one, which has no magic' : 'joins what follows in the same format',
          () => {
            const three = Buffer.concat([bytes, bytes, bytes]);
            if (name === 'lzma')
              assert.equal(
                codeOf(() => decode(three, options)),
                'COMPRESSION_TRAILING',
              );
            else assert.deepEqual(decode(three, options), Buffer.concat([TEXT, TEXT, TEXT]));
          },
        );

        it('ends a decompression bomb at the bound', () => {
          assert.equal(
            codeOf(() => decode(bytes, { ...options, maxBytes: TEXT.length - 1 })),
            'COMPRESSION_TOO_LARGE',
          );
          assert.equal(decode(bytes, { ...options, maxBytes: TEXT.length }).length, TEXT.length);
        });

        it('survives damage of any byte', () => {
          fc.assert(
            fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
              const damaged = Buffer.from(bytes);
              damaged[at] = (damaged[at] as number) ^ change;
              // Either it is noticed, with a code, or the byte did not matter.
              codeOf(() => decode(damaged, options));
            }),
            { numRuns: 60, seed: 7 },
          );
        });
      });
    }
  });
}

describe('decompress', () => {
  it('recognises the format when none is given', () => {
    for (const bytes of Object.values(SAMPLES)) assert.deepEqual(decompress(bytes, { maxBytes: MEGABYTE }), TEXT);
    assert.deepEqual(decompress(TEXT, { maxBytes: MEGABYTE }), TEXT);
  });

  it('takes what data say of their size for no more than a hint', () => {
    const gzip = Buffer.concat([SAMPLES.gzip, SAMPLES.gzip]);
    assert.equal(decompress(gzip, { maxBytes: Infinity }).length, 2 * TEXT.length);
    // Size of the content in eight bytes: 2^62.
    const frame = Buffer.from('28b52ffdc0'.concat('58', '0000000000000040', '010000'), 'hex');
    assert.notEqual(
      codeOf(() => decompress(frame, { maxBytes: Infinity })),
      'COMPRESSION_TOO_LARGE',
    );
    assert.ok(process.memoryUsage().rss < 1024 * MEGABYTE);
  });

  it('bounds uncompressed data as well', () => {
    assert.equal(
      codeOf(() => decompress(TEXT, { maxBytes: 10 })),
      'COMPRESSION_TOO_LARGE',
    );
  });

  it('takes the padding that xz allows between and after streams', () => {
    const padded = Buffer.concat([SAMPLES.xz, Buffer.alloc(8), SAMPLES.xz, Buffer.alloc(4)]);
    assert.equal(decompress(padded, { maxBytes: MEGABYTE }).length, 2 * TEXT.length);
    assert.equal(fallbackDecoder('xz')(padded, MEGABYTE).length, 2 * TEXT.length);
  });

  it('frees the decoder of a reader who leaves early, again and again', () => {
    for (let i = 0; i < 50; i++) {
      for (const bytes of Object.values(SAMPLES)) {
        for (const chunk of decompressChunks(bytes, { maxBytes: MEGABYTE })) {
          assert.ok(chunk.length > 0);
          break;
        }
        decompressChunks(bytes, { maxBytes: MEGABYTE }).return?.(undefined);
      }
    }
  });

  it('works in worker threads, several at once', async () => {
    const samples = Object.fromEntries(
      Object.entries(SAMPLES).map(([name, bytes]) => [name, bytes.toString('base64')]),
    );
    const module = new URL('../../../libs/compression/src/index.ts', import.meta.url).href;
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.module).then(({ decompress }) => {
        const sizes = Object.entries(workerData.samples).map(([format, text]) =>
          decompress(Buffer.from(text, 'base64'), { maxBytes: 1e6, format }).length);
        parentPort.postMessage(sizes);
      });`;
    const run = () =>
      new Promise<number[]>((resolve, reject) => {
        const worker = new Worker(script, { eval: true, workerData: { module, samples } });
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    for (const sizes of await Promise.all([run(), run()])) {
      assert.deepEqual(
        sizes,
        Object.keys(SAMPLES).map(() => TEXT.length),
      );
    }
  });
});
