import assert from 'node:assert/strict';
import { BootEntry, byVersion } from '../../../../plugins/store-ostree/src/codec/boot/boot-entry.ts';
import { KernelArgs } from '../../../../plugins/store-ostree/src/codec/boot/kernel-args.ts';
import {
  formatBootLink,
  parseBootLink,
  parseDirectoryName,
} from '../../../../plugins/store-ostree/src/sysroot/deployment.ts';

describe('kernel arguments', () => {
  const parse = (text: string) => KernelArgs.parse(text);

  it('keep their order, and what quotes hold together', () => {
    assert.deepEqual(parse(' a=1  b "c d" e="f g"h ').list, ['a=1', 'b', '"c d"', 'e="f g"h']);
    assert.equal(parse('b a').append('c', 'a').toString(), 'b a c a');
  });

  it('are set in the place of the first of their key', () => {
    assert.equal(parse('x root=1 y root=2 z').set('root=3').toString(), 'x root=3 y z');
    assert.equal(parse('x').set('root=3').toString(), 'x root=3');
  });

  it('are replaced by key, or by key and value where a key has several', () => {
    assert.equal(parse('a=1 b').replace('a=2').toString(), 'a=2 b');
    assert.equal(parse('a=1 a=2').replace('a=2=3').toString(), 'a=1 a=3');
    assert.throws(() => parse('a=1 a=2').replace('a=3'), { message: "Multiple values for key 'a' found" });
    assert.throws(() => parse('b').replace('a=3'), { message: "No key 'a' found" });
    assert.throws(() => parse('a=1 a=2').replace('a=3=4'), { message: "No karg 'a=3' found" });
  });

  it('are deleted by key where there is one, else by key and value', () => {
    assert.equal(parse('a=1 b').delete('a').toString(), 'b');
    assert.equal(parse('a=1 a=2').delete('a=1').toString(), 'a=2');
    assert.equal(parse('a a=2').delete('a').toString(), 'a=2');
    assert.throws(() => parse('a=1 a=2').delete('a'), { message: "Multiple values for key 'a' found" });
    assert.throws(() => parse('a=1').delete('a=2'), { message: "No karg 'a=2' found" });
    assert.throws(() => parse('a=1').delete('b'), { message: "No key 'b' found" });
    assert.equal(parse('a=1').deleteIfPresent('b').toString(), 'a=1');
  });

  it('are added once, by key', () => {
    assert.equal(
      parse('quiet').appendIfMissing('quiet').appendIfMissing('a=1').appendIfMissing('a=2').toString(),
      'quiet a=1',
    );
  });

  it('of the running kernel come without what boot loaders add', () => {
    assert.deepEqual(KernelArgs.ofRunningKernel('BOOT_IMAGE=/vmlinuz initrd=\\x.img ro quiet\n').list, ['ro', 'quiet']);
  });
});

describe('boot entries', () => {
  const TEXT = 'title T\nversion 2\noptions a b\nlinux /k\ninitrd /i\ninitrd /o1\ninitrd /o2\nx-own  1\n';

  it('come back as they were, in the order of libostree', () => {
    const entry = BootEntry.parse(`# comment\n${TEXT.split('\n').reverse().join('\n')}`);
    assert.equal(entry.get('x-own'), '1');
    assert.equal(BootEntry.parse(TEXT).toString(), TEXT.replace('x-own  1', 'x-own 1'));
    assert.deepEqual(BootEntry.parse(TEXT).overlays, ['/o1', '/o2']);
  });

  it('are shown with the highest version first, digits as numbers', () => {
    const entries = ['2', '10', undefined, '9'].map((version) => {
      const entry = new BootEntry();
      return version === undefined ? entry : entry.set('version', version);
    });
    assert.deepEqual(
      entries.sort(byVersion).map((entry) => entry.get('version')),
      ['10', '9', '2', undefined],
    );
  });
});

describe('names in a sysroot', () => {
  const SUM = 'a'.repeat(64);

  it('are taken apart and put together', () => {
    assert.deepEqual(parseDirectoryName(`${SUM}.3`), { commit: SUM, serial: 3 });
    const link = `/ostree/boot.1/os/${SUM}/0`;
    assert.equal(formatBootLink(parseBootLink(link)), link);
  });

  it('are refused when they lead elsewhere', () => {
    for (const name of ['x', `${SUM}`, `${SUM}.x`, `../${SUM}.1`, `${SUM}.99999999999`]) {
      assert.throws(() => parseDirectoryName(name), { code: 'SYSROOT_INVALID' }, name);
    }
    for (const link of [
      '/ostree/boot.2/os/x/0',
      '/ostree/boot.1/../x/0',
      '/ostree/boot.1/os/../0',
      'ostree/boot.1/os/x/0',
    ]) {
      assert.throws(() => parseBootLink(link), { code: 'SYSROOT_INVALID' }, link);
    }
  });
});
