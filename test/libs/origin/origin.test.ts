import assert from 'node:assert/strict';
import { formatRefspec, Origin, parseRefspec } from '@ostrata/origin';

/** As rpm-ostree writes one. */
const LAYERED = `[origin]
baserefspec=fedora:fedora/40/x86_64/silverblue
override-commit=abc

[packages]
requested=htop;strace;
requested-local=sha256:foo-1-1.x86_64;

[rpmostree]
regenerate-initramfs=true
initramfs-args=-I;/etc/foo;

[vendor]
unknown=a=b;c
`;

describe('origin files', () => {
  it('come out as they went in', () => {
    assert.equal(Origin.parse(LAYERED).toString(), LAYERED);
    assert.equal(Origin.parse('').toString(), '');
  });

  it('say what is followed and what is laid over it', () => {
    const origin = Origin.parse(LAYERED);
    assert.deepEqual(origin.refspec, { remote: 'fedora', ref: 'fedora/40/x86_64/silverblue' });
    assert.equal(origin.overrideCommit, 'abc');
    assert.deepEqual(origin.list('packages', 'requested'), ['htop', 'strace']);
    assert.ok(origin.isLayered && origin.flag('rpmostree', 'regenerate-initramfs'));
    const container = Origin.parse('[origin]\ncontainer-image-reference=ostree-image-signed:docker://x\n');
    assert.equal(container.refspec, null);
    assert.equal(container.followed, 'ostree-image-signed:docker://x');
    assert.equal(Origin.parse('').followed, null);
  });

  it('keep all that is not changed', () => {
    const origin = Origin.parse(LAYERED);
    origin.overrideCommit = null;
    origin.setList('packages', 'requested', []);
    origin.setList('packages', 'requested', ['tree']);
    origin.refspec = { remote: 'other', ref: 'x' };
    const expected = LAYERED.replace('override-commit=abc\n', '')
      .replace('fedora:fedora/40/x86_64/silverblue', 'other:x')
      .replace(/requested=.*\n(requested-local=.*\n)/, '$1requested=tree;\n');
    assert.equal(origin.toString(), expected);
  });

  it('write the ref under the key that says whether something is laid over it', () => {
    const origin = Origin.parse('[origin]\nbaserefspec=a:b\n');
    origin.refspec = { remote: null, ref: 'c' };
    assert.equal(origin.toString(), '[origin]\nrefspec=c\n');
  });

  it('are refused when they are none', () => {
    assert.throws(() => Origin.parse('refspec=x\n'), /line 1/);
  });

  it('have refspecs', () => {
    for (const text of ['a:b/c', 'b/c', 'my-remote_1.x:os/x86_64/stable']) {
      assert.equal(formatRefspec(parseRefspec(text)!), text);
    }
    for (const text of ['', ':', 'a:', ':b', 'a:b:c', '../x', '/x', 'a b', '-x'])
      assert.equal(parseRefspec(text), null, text);
  });
});
