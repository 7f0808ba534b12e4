import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmutable } from '../../../plugins/store-ostree/src/sysroot/immutable.ts';
import { ostrata } from '../../support/cli.ts';
import { missing } from '../../support/tools.ts';
import { ostree, run } from '../store-ostree/support.ts';

const KERNEL = 'usr/lib/modules/6.1.0';

/** In place of dracut: an "image" that says what it was asked, and what it saw of /etc; it takes the files of `-I`. */
const DRACUT = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    -f) image=$2; shift ;;
    -I) included="$included $2"; shift ;;
    --compress) compress=$2; shift ;;
  esac
  shift
done
{ echo "conf:" $(cat /etc/dracut.conf.d/*.conf) "compress: $compress"
  for file in $included; do echo "$file:" $(cat "$file"); done
  (echo x > /etc/written) 2>/dev/null && echo "etc: writable"
} > "$image"
exit 0
`;

describe('ostrata initramfs: what dracut sees (needs ostree, bwrap, a static busybox and root)', function () {
  this.timeout(120_000);
  let place = '';
  let sysroot = '';
  before(function () {
    const lacking = missing('ostree', 'bwrap', 'busybox', 'root');
    const isStatic = lacking.length === 0 && spawnSync('ldd', [busybox()]).status !== 0;
    if (!isStatic) this.skip();
  });
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'ostrata-initramfs-'));
    sysroot = join(place, 'sysroot');
    writeFileSync(join(place, 'config.yaml'), `cache: ${place}/cache\nstate: ${place}/state\n`);
    mkdirSync(join(sysroot, 'boot/syslinux'), { recursive: true });
    symlinkSync('../loader/syslinux.cfg', join(sysroot, 'boot/syslinux/syslinux.cfg'));
    mkdirSync(join(sysroot, 'boot/loader.0'));
    symlinkSync('loader.0', join(sysroot, 'boot/loader'));
    writeFileSync(join(sysroot, 'boot/loader/syslinux.cfg'), '');
    run('ostree', 'admin', 'init-fs', '--modern', sysroot);
    run('ostree', 'admin', `--sysroot=${sysroot}`, 'os-init', 'os');
    image('1');
    run('ostree', 'admin', `--sysroot=${sysroot}`, 'deploy', '--os=os', '--karg=quiet', 'stable');
  });
  afterEach(() => {
    const deployments = join(sysroot, 'ostree/deploy/os/deploy');
    for (const name of existsSync(deployments) ? readdirSync(deployments) : []) {
      if (!name.endsWith('.origin')) setImmutable(join(deployments, name), false);
    }
    rmSync(place, { recursive: true, force: true });
  });

  const busybox = () => run('sh', '-c', 'command -v busybox').trim();

  /** A commit of the branch that the system follows: a shell, a kernel, and a dracut. */
  function image(version: string): void {
    const tree = join(place, 'tree');
    rmSync(tree, { recursive: true, force: true });
    const files = {
      [`${KERNEL}/vmlinuz`]: 'kernel',
      [`${KERNEL}/initramfs.img`]: 'of the image',
      [`${KERNEL}/config`]: 'CONFIG_RD_ZSTD=y\n',
      'usr/bin/zstd': '',
      'usr/bin/dracut': DRACUT,
      'usr/etc/dracut.conf.d/image.conf': 'of the image\n',
      'usr/etc/crypttab': 'of the image\n',
      'usr/lib/os-release': `NAME=Test\nID=test\nVERSION=${version}\n`,
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text, { mode: path.startsWith('usr/bin/') ? 0o755 : 0o644 });
    }
    copyFileSync(busybox(), join(tree, 'usr/bin/busybox'));
    for (const name of ['sh', 'cat', 'touch', 'find', 'chmod']) symlinkSync('busybox', join(tree, 'usr/bin', name));
    for (const name of ['bin', 'sbin', 'lib']) symlinkSync(`usr/${name}`, join(tree, name));
    for (const name of ['usr/sbin', 'var', 'proc', 'dev', 'sys', 'run', 'tmp']) mkdirSync(join(tree, name));
    ostree(join(sysroot, 'ostree/repo'), 'commit', '-b', 'stable', `--tree=dir=${tree}`, '--timestamp=@1700000000');
  }

  function ours(verb: string, ...argv: string[]) {
    const options = ['--config', join(place, 'config.yaml'), '--sysroot', sysroot, '-q'];
    return ostrata([verb, ...options, ...argv]);
  }

  /** The deployment that boots next. */
  function first(): string {
    const [, name] = /^\s*os ([0-9a-f]{64}\.\d+)/m.exec(
      run('ostree', 'admin', `--sysroot=${sysroot}`, 'status'),
    ) as unknown as [string, string];
    return join(sysroot, 'ostree/deploy/os/deploy', name);
  }
  /** Its initramfs, without the archive of device nodes behind it. */
  const made = () => readFileSync(join(first(), KERNEL, 'initramfs.img'), 'latin1').split('\0')[0]!;

  it('the /etc of the machine, read-only: its configuration counts, and -I brings its files', () => {
    const etc = join(first(), 'etc');
    writeFileSync(join(etc, 'crypttab'), 'of the machine\n');
    writeFileSync(join(etc, 'dracut.conf.d/own.conf'), 'compress=xz');
    const { code, stdout, stderr } = ours('initramfs', '--enable', '--arg=-I', '--arg=/etc/crypttab');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Initramfs regeneration is now: enabled$/m);
    assert.equal(made(), 'conf: of the image compress=xz compress: \n/etc/crypttab: of the machine\n');
    // The tree has nothing of it.
    assert.equal(readFileSync(join(first(), 'usr/etc/crypttab'), 'utf8'), 'of the image\n');
    assert.ok(!existsSync(join(first(), 'usr/etc/dracut.conf.d/own.conf')));

    // The next one is made with what is in /etc then, also where the same image was made into one before.
    writeFileSync(join(first(), 'etc/crypttab'), 'changed\n');
    rmSync(join(first(), 'etc/dracut.conf.d/own.conf'));
    assert.equal(ours('initramfs', '--disable').code, 0);
    assert.equal(made(), 'of the image');
    assert.equal(ours('initramfs', '--enable', '--arg=-I', '--arg=/etc/crypttab').code, 0);
    assert.equal(made(), 'conf: of the image compress: zstd -3 -q -T0\n/etc/crypttab: changed\n');
  });

  it('an upgrade makes it again, with what is in /etc then', () => {
    assert.equal(ours('initramfs', '--enable', '--arg=-I', '--arg=/etc/own').code, 0);
    writeFileSync(join(first(), 'etc/own'), 'mine');
    image('2');
    const { code, stderr } = ours('upgrade');
    assert.equal(code, 0, stderr);
    assert.match(made(), /\/etc\/own: mine$/m);
    assert.match(readFileSync(join(first(), 'usr/lib/os-release'), 'utf8'), /VERSION=2/);
  });

  it('excludes files that are laid over the initramfs, in either order', () => {
    writeFileSync(join(first(), 'etc/crypttab'), 'of the machine\n');
    assert.equal(ours('initramfs-etc', '--track=/etc/crypttab').code, 0);
    const status = () => run('ostree', 'admin', `--sysroot=${sysroot}`, 'status');
    let before = status();
    const enabled = ours('initramfs', '--enable');
    assert.equal(enabled.code, 1);
    assert.match(enabled.stderr, /\/etc\/crypttab\. \[INITRAMFS_OVERLAY\].*--untrack-all.*-I/s);
    assert.equal(status(), before);
    assert.equal(ours('initramfs-etc', '--untrack-all').code, 0);
    assert.equal(ours('initramfs', '--enable').code, 0);
    before = status();
    const tracked = ours('initramfs-etc', '--track=/etc/crypttab');
    assert.equal(tracked.code, 1);
    assert.match(tracked.stderr, /\[INITRAMFS_ETC_REGENERATED\].*initramfs --disable/s);
    assert.equal(status(), before);
  });
});
