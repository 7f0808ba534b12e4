import assert from 'node:assert/strict';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { writeCpio } from '@ostrata/cpio';
import { listImage } from '../../../plugins/initramfs-dracut/src/codec/list-image.ts';

const archive = (...names: string[]) =>
  Buffer.concat([
    ...writeCpio([
      { name: '.', mode: 0o040755 },
      ...names.map((name) => ({ name, mode: 0o100644, content: Buffer.from(name) })),
    ]),
  ]);

describe('initramfs-dracut listImage', () => {
  for (const [name, compress] of [
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['no compression', (bytes: Buffer) => bytes],
  ] as const) {
    it(`lists an image with ${name}`, () => {
      assert.deepEqual(listImage(compress(archive('init', './usr/bin/sh'))), ['init', 'usr/bin/sh']);
    });
  }

  for (const padding of [0, 4, 512]) {
    it(`skips an early archive and ${padding} zeros after it`, () => {
      const early = archive('kernel/x86/microcode/GenuineIntel.bin', 'early_cpio');
      const image = Buffer.concat([early, Buffer.alloc(padding), gzipSync(archive('init'))]);
      assert.deepEqual(listImage(image), ['init']);
    });
  }

  it('refuses what is damaged', () => {
    const image = gzipSync(archive('init'));
    for (const bad of [
      image.subarray(0, 30),
      Buffer.from('not an image'),
      archive('init').subarray(0, 300),
      Buffer.alloc(0),
    ]) {
      assert.throws(() => listImage(bad), /./);
    }
  });
});
