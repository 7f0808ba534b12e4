import assert from 'node:assert/strict';
import { detectFormat } from '../../../libs/compression/src/index.ts';
import { SAMPLES, TEXT } from './samples.ts';

describe('detectFormat', () => {
  for (const [format, bytes] of Object.entries(SAMPLES)) {
    it(`knows ${format} by its beginning`, () => {
      assert.equal(detectFormat(bytes.subarray(0, 13)), format);
    });
  }

  it('takes everything else for uncompressed', () => {
    assert.equal(detectFormat(TEXT), 'none');
    assert.equal(detectFormat(new Uint8Array(0)), 'none');
    assert.equal(detectFormat(Buffer.from('070701000000000000')), 'none');
    assert.equal(detectFormat(Buffer.alloc(64)), 'none');
  });

  it('knows lzma with a window that is a power of two and a half', () => {
    const header = Buffer.from(SAMPLES.lzma.subarray(0, 13));
    header.writeUInt32LE(0x00c00000, 1);
    assert.equal(detectFormat(header), 'lzma');
    header.writeUInt32LE(0x00d00000, 1);
    assert.equal(detectFormat(header), 'none');
  });
});
