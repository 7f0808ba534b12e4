import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import {
  lgetxattr,
  llistxattr,
  lremovexattr,
  lsetxattr,
  syncfs,
  tryLock,
} from '../../../plugins/store-ostree/src/syscalls.ts';
import { hasTool, isRoot, run, temporary } from './support.ts';

describe('system calls', () => {
  const tmp = temporary();

  it('sets, lists, reads and removes extended attributes', () => {
    const path = tmp.in('file');
    writeFileSync(path, '');
    assert.deepEqual(llistxattr(path), []);
    assert.equal(lgetxattr(path, 'user.none'), undefined);
    lsetxattr(path, 'user.one', Buffer.from([0, 1, 255]));
    lsetxattr(path, 'user.empty', new Uint8Array());
    lsetxattr(path, 'user.größe', Buffer.from('x'));
    assert.deepEqual(llistxattr(path).sort(), ['user.empty', 'user.größe', 'user.one']);
    assert.deepEqual(lgetxattr(path, 'user.one'), Buffer.from([0, 1, 255]));
    assert.deepEqual(lgetxattr(path, 'user.empty'), Buffer.alloc(0));
    lremovexattr(path, 'user.one');
    lremovexattr(path, 'user.one');
    assert.equal(lgetxattr(path, 'user.one'), undefined);
  });

  it('agrees with getfattr (needs getfattr)', function () {
    if (!hasTool('getfattr', '--version')) this.skip();
    const path = tmp.in('file');
    writeFileSync(path, '');
    lsetxattr(path, 'user.value', Buffer.from('text'));
    assert.match(run('getfattr', '-d', path), /user.value="text"/);
  });

  it('does not follow symbolic links (needs root)', function () {
    if (!isRoot) this.skip();
    writeFileSync(tmp.in('file'), '');
    symlinkSync('file', tmp.in('link'));
    lsetxattr(tmp.in('link'), 'trusted.mark', Buffer.from('link'));
    assert.deepEqual(llistxattr(tmp.in('link')), ['trusted.mark']);
    assert.deepEqual(llistxattr(tmp.in('file')), []);
  });

  it('throws errors like those of node:fs', () => {
    const missing = tmp.in('missing');
    for (const call of [
      () => llistxattr(missing),
      () => lgetxattr(missing, 'user.x'),
      () => lremovexattr(missing, 'user.x'),
    ]) {
      assert.throws(call, { code: 'ENOENT', path: missing });
    }
    assert.throws(() => lsetxattr(missing, 'user.x', new Uint8Array()), { code: 'ENOENT', syscall: 'lsetxattr' });
  });

  it('locks by open file description, shared and exclusive', () => {
    const first = openSync(tmp.in('lock'), 'a+');
    const second = openSync(tmp.in('lock'), 'a+');
    assert.ok(tryLock(first, 'shared'));
    assert.ok(tryLock(second, 'shared'));
    assert.ok(!tryLock(second, 'exclusive'));
    assert.ok(tryLock(first, 'unlocked'));
    assert.ok(tryLock(second, 'exclusive'));
    assert.ok(!tryLock(first, 'shared'));
    closeSync(second);
    assert.ok(tryLock(first, 'exclusive'));
    closeSync(first);
  });

  it('syncs a file system', () => {
    mkdirSync(tmp.in('directory'));
    const fd = openSync(tmp.in('directory'), 'r');
    syncfs(fd);
    closeSync(fd);
    assert.throws(() => syncfs(fd), { code: 'EBADF' });
  });
});
