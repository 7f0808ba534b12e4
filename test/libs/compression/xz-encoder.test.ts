import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { canCompressXz, compressXz, decompress } from '../../../libs/compression/src/index.ts';
import { decodeXz } from '../../../libs/compression/src/xz-decoder.ts';

const text = Buffer.from('all work and no play makes jack a dull boy\n'.repeat(20_000));

describe('compressXz (needs liblzma)', () => {
  before(function () {
    if (!canCompressXz()) this.skip();
  });

  it('gives what the decoders read, at every level, with and without a known size', () => {
    for (let level = 0; level <= 9; level++) {
      for (const size of [undefined, text.length]) {
        const packed = compressXz(text, size === undefined ? { level } : { level, size });
        assert.ok(packed.length < text.length / 100);
        assert.ok(decompress(packed, { maxBytes: text.length, format: 'xz' }).equals(text));
        assert.ok(decodeXz(packed, text.length).equals(text));
      }
    }
  });

  it('takes pieces, nothing, and what cannot be made smaller', () => {
    const noise = randomBytes(700_000);
    for (const pieces of [[], [new Uint8Array()], [text.subarray(0, 7), text.subarray(7)], [noise, text, noise]]) {
      const whole = Buffer.concat(pieces);
      const packed = compressXz(pieces, { level: 1, size: whole.length });
      assert.ok(decodeXz(packed, 1 << 22).equals(whole));
    }
  });

  it('frees its memory', () => {
    for (let round = 0; round < 200; round++) compressXz(text.subarray(0, 100), { level: 9, size: 100 });
  });

  it('refuses levels that are none', () => {
    for (const level of [-1, 10, 1.5, Number.NaN]) assert.throws(() => compressXz(text, { level }), RangeError);
  });
});

describe('compressXz (needs liblzma, xz)', () => {
  before(function () {
    if (!canCompressXz() || spawnSync('xz', ['--version']).status !== 0) this.skip();
  });

  it('is read by xz, and is as small as what xz makes', () => {
    const packed = compressXz(text, { level: 8, size: text.length });
    assert.ok(spawnSync('xz', ['-dc'], { input: packed, maxBuffer: 1 << 28 }).stdout.equals(text));
    const theirs = spawnSync('xz', ['-8c'], { input: text, maxBuffer: 1 << 28 }).stdout;
    assert.ok(Math.abs(packed.length - theirs.length) <= theirs.length * 0.02 + 16);
  });
});
