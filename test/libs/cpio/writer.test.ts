import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { type CpioError, type CpioFile, CpioReader, writeCpio } from '../../../libs/cpio/src/index.ts';

const FILE = 0o100644;

function archive(files: readonly CpioFile[]): Buffer {
  return Buffer.concat([...writeCpio(files)]);
}

describe('writeCpio', () => {
  it('writes any files so that the reader gives them back', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 40 })
      .filter((text) => !text.includes('\0') && text !== 'TRAILER!!!');
    const file = fc.record({ name, mode: fc.nat(0o177777), content: fc.uint8Array({ maxLength: 50 }) });
    fc.assert(
      fc.property(fc.array(file, { maxLength: 6 }), (files) => {
        const reader = new CpioReader(archive(files));
        for (const { name, mode, content } of files) {
          const entry = reader.next();
          assert.ok(entry?.kind === 'file');
          assert.deepEqual([entry.header.name, entry.header.mode], [name, mode]);
          assert.deepEqual(new Uint8Array(reader.bytes()), content);
        }
        assert.equal(reader.next(), undefined);
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it('is the same for the same files, and aligned', () => {
    const files = [{ name: 'a', mode: FILE, content: Buffer.from('abc') }];
    assert.deepEqual(archive(files), archive(files));
    assert.equal(archive(files).length % 4, 0);
  });

  it('refuses names and numbers that do not fit', () => {
    const code = (file: CpioFile) => {
      try {
        archive([file]);
        return 'none';
      } catch (error) {
        return (error as CpioError).code;
      }
    };
    assert.equal(code({ name: '', mode: FILE }), 'CPIO_NAME');
    assert.equal(code({ name: 'a\0b', mode: FILE }), 'CPIO_NAME');
    assert.equal(code({ name: 'x'.repeat(4096), mode: FILE }), 'CPIO_NAME');
    assert.equal(code({ name: 'a', mode: FILE, mtime: 2 ** 32 }), 'CPIO_HEADER');
    assert.equal(code({ name: 'a', mode: FILE, uid: -1 }), 'CPIO_HEADER');
  });

  it('is understood by cpio (needs cpio)', function () {
    if (spawnSync('cpio', ['--version']).error) return this.skip();
    const files = [
      { name: 'etc', mode: 0o040755 },
      { name: 'etc/motd', mode: FILE, content: Buffer.from('welcome\n') },
      { name: 'etc/link', mode: 0o120777, content: Buffer.from('motd') },
    ];
    const listing = execFileSync('cpio', ['-itv', '--quiet'], {
      input: archive(files),
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    });
    assert.deepEqual(
      listing
        .trim()
        .split('\n')
        .map((line) => `${line.slice(0, 10)} ${line.replace(/^.*\d{4} /, '')}`),
      ['drwxr-xr-x etc', '-rw-r--r-- etc/motd', 'lrwxrwxrwx etc/link -> motd'],
    );
  });
});
