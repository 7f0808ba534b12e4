import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isHostError } from '@ostrata/contract';
import { makeOverlay } from '../../../plugins/initramfs-etc/src/overlay.ts';
import { changeTracked, parseOrigin, trackedFiles } from '../../../plugins/initramfs-etc/src/tracked.ts';

const code = (expected: string, text: RegExp) => (error: unknown) =>
  isHostError(error) && error.code === expected && text.test(error.message);

describe('overlay of /etc for the initramfs', () => {
  let etc = '';
  beforeEach(() => {
    etc = join(mkdtempSync(join(tmpdir(), 'ostrata-etc-')), 'etc');
    mkdirSync(join(etc, 'conf.d/deep'), { recursive: true });
    writeFileSync(join(etc, 'crypttab'), 'luks\n');
    chmodSync(join(etc, 'crypttab'), 0o600);
    writeFileSync(join(etc, 'conf.d/deep/one'), '1');
    symlinkSync('deep/one', join(etc, 'conf.d/link'));
    writeFileSync(join(etc, 'untracked'), 'x');
  });
  afterEach(() => rmSync(join(etc, '..'), { recursive: true }));

  it('has what is tracked and the directories above it, and nothing else; cpio reads it', function () {
    if (spawnSync('cpio', ['--version']).status !== 0) this.skip();
    const { image, sha256 } = makeOverlay(etc, ['/etc/conf.d', '/etc/crypttab']);
    assert.equal(sha256, createHash('sha256').update(image).digest('hex'));
    const input = gunzipSync(image);
    const names = execFileSync('cpio', ['-it', '--quiet'], { input, encoding: 'utf8' });
    assert.deepEqual(names.trim().split('\n'), [
      'etc',
      'etc/conf.d',
      'etc/conf.d/deep',
      'etc/conf.d/deep/one',
      'etc/conf.d/link',
      'etc/crypttab',
    ]);
    const listing = execFileSync('cpio', ['-itv', '--quiet'], { input, encoding: 'utf8' });
    assert.match(listing, /^-rw------- .* 5 Jan +1 +1970 etc\/crypttab$/m);
    assert.match(listing, /etc\/conf\.d\/link -> deep\/one$/m);
  });

  it('is the same for the same files, whatever their times and the order in which they are named', () => {
    const one = makeOverlay(etc, ['/etc/conf.d', '/etc/crypttab']);
    utimesSync(join(etc, 'crypttab'), 1, 1);
    assert.equal(makeOverlay(etc, ['/etc/crypttab', '/etc/conf.d', '/etc/conf.d/deep/one']).sha256, one.sha256);
    writeFileSync(join(etc, 'crypttab'), 'other');
    assert.notEqual(makeOverlay(etc, ['/etc/conf.d', '/etc/crypttab']).sha256, one.sha256);
  });

  it('names the file that is gone, is none, or is behind a link', () => {
    assert.throws(
      () => makeOverlay(etc, ['/etc/gone']),
      code('INITRAMFS_ETC_FILE', /^\/etc\/gone is tracked .* not there/),
    );
    execFileSync('mkfifo', [join(etc, 'pipe')]);
    assert.throws(
      () => makeOverlay(etc, ['/etc/pipe']),
      code('INITRAMFS_ETC_FILE', /\/etc\/pipe .* no file, link or dir/),
    );
    symlinkSync('/', join(etc, 'root'));
    assert.throws(
      () => makeOverlay(etc, ['/etc/root/etc/passwd']),
      code('INITRAMFS_ETC_FILE', /\/etc\/root .* no directory/),
    );
  });

  it('refuses more than boot loaders should read', () => {
    writeFileSync(join(etc, 'big'), '');
    truncateSync(join(etc, 'big'), 65 << 20);
    assert.throws(() => makeOverlay(etc, ['/etc/big']), code('INITRAMFS_ETC_SIZE', /64 MiB; \/etc\/big/));
  });

  for (const path of ['/usr/x', '/etc', '/etc/', '/etc//x', '/etc/../x', '/etc/x/', '/etc/a;b', '/etc/a\nb', 'etc/x']) {
    it(`does not track ${JSON.stringify(path)}`, () => {
      const changes = { track: [path], untrack: [], untrackAll: false };
      assert.throws(() => changeTracked(parseOrigin(''), changes), code('INITRAMFS_ETC_PATH', /cannot be tracked/));
    });
  }

  it('keeps the list in the origin as rpm-ostree does, and all else there', () => {
    const origin = parseOrigin('[origin]\nrefspec=os:stable\n\n[rpmostree]\ninitramfs-etc=/etc/b;\n');
    assert.ok(changeTracked(origin, { track: ['/etc/a'], untrack: [], untrackAll: false }));
    assert.equal(origin.toString(), '[origin]\nrefspec=os:stable\n\n[rpmostree]\ninitramfs-etc=/etc/a;/etc/b;\n');
    assert.ok(!changeTracked(origin, { track: ['/etc/b'], untrack: ['/etc/none'], untrackAll: false }));
    assert.ok(changeTracked(origin, { track: [], untrack: ['/etc/a'], untrackAll: false }));
    assert.deepEqual(trackedFiles(origin), ['/etc/b']);
    assert.ok(changeTracked(origin, { track: [], untrack: [], untrackAll: true }));
    assert.deepEqual(trackedFiles(origin), []);
  });
});
