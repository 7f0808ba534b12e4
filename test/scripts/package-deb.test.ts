import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/shared.ts';
import { missing, tool } from '../support/tools.ts';

const LIBRARIES = '/usr/lib/x86_64-linux-gnu';

describe('node scripts/package.ts deb (needs dpkg-deb, bwrap, root and libraries of Debian)', function () {
  this.timeout(600_000);
  let place = '';
  let deb = '';
  before(function () {
    const lacking = missing('dpkg-deb', 'dpkg', 'bwrap', 'strip', 'root');
    if (lacking.length > 0 || !existsSync(LIBRARIES)) {
      this.test!.parent!.title += `: no ${[...lacking, LIBRARIES].join(', ')}`;
      return this.skip();
    }
    place = mkdtempSync(join(tmpdir(), 'ostrata-deb-'));
    const script = join(ROOT, 'scripts/package.ts');
    const said = tool([process.execPath, script, 'deb', '--out', place, '--version', '1.2.3', '--level', '1']);
    deb = join(place, 'ostrata_1.2.3_amd64.deb');
    assert.ok(said.includes(deb), said);
  });
  after(() => {
    if (place !== '') rmSync(place, { recursive: true, force: true });
  });

  /** Runs a program of the package in a root that has nothing besides but libraries, and the user root. */
  function inRoot(root: string, ...argv: string[]): string {
    const work = join(place, 'work');
    mkdirSync(work, { recursive: true });
    writeFileSync(join(place, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    if (!existsSync(join(root, 'lib'))) symlinkSync('usr/lib', join(root, 'lib'));
    return tool([
      'bwrap',
      ...['--bind', root, '/', '--ro-bind', LIBRARIES, LIBRARIES, '--ro-bind', '/lib64', '/lib64'],
      ...['--ro-bind', join(place, 'passwd'), '/etc/passwd', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'],
      ...['--bind', work, '/work', '--chdir', '/work', '--clearenv', '--setenv', 'PATH', '/usr/bin', '--', ...argv],
    ]);
  }

  it('has the fields that dpkg wants, and files of root below /usr alone', () => {
    const field = (name: string) => tool(['dpkg-deb', '--field', deb, name]).trim();
    assert.equal(field('Package'), 'ostrata');
    assert.equal(field('Version'), '1.2.3');
    assert.match(field('Depends'), /libc6 \(>= [\d.]+\)/);
    const lines = tool(['dpkg-deb', '--contents', deb]).trim().split('\n');
    const files = lines.map((line) => /^(\S{10}) (\S+) +(\d+) \S+ \S+ \.\/(.*?)(?: -> (.*))?$/.exec(line)!);
    let bytes = 0;
    for (const [line, mode, owner, size, path, target] of files) {
      assert.equal(owner, 'root/root', line);
      assert.match(path!, /^(?:usr\/.*)?$/, line);
      assert.match(mode!, target === undefined ? /^[d-]rw[x-]r-[x-]r-[x-]$/ : /^l/, line);
      if (target !== undefined) assert.doesNotMatch(target, /^\//, line);
      if (mode!.startsWith('-')) bytes += Number(size);
    }
    assert.ok(Math.abs(Number(field('Installed-Size')) - bytes / 1024) < files.length, field('Installed-Size'));
    assert.ok(statSync(deb).size < 60e6, 'less than 60 MB');
  });

  it('installs, runs and goes with dpkg', () => {
    const root = join(place, 'root');
    for (const name of ['updates', 'info']) mkdirSync(join(root, 'var/lib/dpkg', name), { recursive: true });
    for (const name of ['status', 'available']) writeFileSync(join(root, 'var/lib/dpkg', name), '');
    tool(['dpkg', `--root=${root}`, '--force-depends', '--install', deb]);
    assert.equal(tool(['dpkg', `--root=${root}`, '--verify', 'ostrata']), '');
    assert.match(tool(['dpkg', `--root=${root}`, '--status', 'ostrata']), /^Status: install ok installed$/m);
    assert.match(readFileSync(join(root, 'usr/share/doc/ostrata/copyright'), 'utf8'), /Apache License/);

    assert.match(inRoot(root, '/usr/bin/ostrata', '--version'), /^ostrata \d+\.\d+\.\d+ /);
    assert.match(inRoot(root, '/usr/bin/ostrata', '--help'), /^ +upgrade +/m);
    inRoot(root, '/usr/bin/ostrata-ostree', '--repo=/work/repo', 'init', '--mode=archive');
    inRoot(root, '/usr/bin/ostrata-ostree', '--repo=/work/repo', 'commit', '-b', 'test', '--tree=dir=/usr/share/doc');
    assert.match(inRoot(root, '/usr/bin/ostrata', 'ostree', '--repo=/work/repo', 'refs'), /^test$/m);
    // A system call of the bundled foreign function interface: the lock of a sysroot.
    mkdirSync(join(place, 'work/sysroot'));
    inRoot(root, '/usr/bin/ostrata-ostree', 'admin', 'init-fs', '--modern', '/work/sysroot');
    inRoot(root, '/usr/bin/ostrata-ostree', 'admin', '--sysroot=/work/sysroot', 'os-init', 'os');
    assert.ok(existsSync(join(place, 'work/sysroot/ostree/deploy/os/var')));

    tool(['dpkg', `--root=${root}`, '--remove', 'ostrata']);
    assert.ok(!existsSync(join(root, 'usr/lib/ostrata')));
  });
});
