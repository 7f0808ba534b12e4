import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { fallbackDecoder } from '../../../libs/compression/src/fallback.ts';
import { decompress, type Format } from '../../../libs/compression/src/index.ts';

const COMMANDS: readonly (readonly [Exclude<Format, 'none'>, string, readonly string[]])[] = [
  ['gzip', 'gzip', ['-c1']],
  ['xz', 'xz', ['-c0', '--check=crc32']],
  ['xz', 'xz', ['-c', '--check=sha256', '--lzma2=dict=64KiB,lc=0,lp=2,pb=0']],
  ['xz', 'xz', ['-c', '-T2', '--block-size=50000', '--check=none']],
  ['lzma', 'xz', ['-c9', '--format=lzma']],
  ['zstd', 'zstd', ['-c', '--long=27']],
  ['bzip2', 'bzip2', ['-c1']],
];

/** Text, long runs and noise: 200,000 bytes that need many blocks, matches of every length and stored chunks. */
function payload(): Buffer {
  const bytes = Buffer.alloc(200_000);
  let seed = 1;
  for (let i = 0; i < bytes.length; i++) {
    seed = (seed * 48271) % 2147483647;
    bytes[i] = i < 50_000 ? seed & 0xff : i < 120_000 ? 0x61 + (seed % 3) : i < 150_000 ? 0 : (i * i) >> 10;
  }
  return bytes;
}

describe('decompress what real tools make', () => {
  for (const [format, command, args] of COMMANDS) {
    it(`${command} ${args.join(' ')} (needs ${command})`, function () {
      if (spawnSync(command, ['--version']).error) return this.skip();
      for (const content of [payload(), Buffer.alloc(0), Buffer.from('x')]) {
        const compressed = execFileSync(command, args, { input: content });
        assert.ok(decompress(compressed, { maxBytes: 1e6, format }).equals(content));
        assert.ok(fallbackDecoder(format)(compressed, 1e6).equals(content));
      }
    });
  }
});
