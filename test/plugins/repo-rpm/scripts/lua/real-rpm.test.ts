import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { missing, tool } from '../../../../support/tools.ts';
import { LocalCompose } from '../../support/compose.ts';
import { probeAt, probeScript } from './probes.ts';

const BUSYBOX = '/usr/bin/busybox';

describe('scripts in Lua as rpm runs them (needs rpm, rpmbuild, bwrap, ostree, a static busybox, root)', function () {
  this.timeout(120_000);
  let directory: string;
  before(function () {
    const isStatic = existsSync(BUSYBOX) && !readFileSync(BUSYBOX).includes('/lib64/ld-linux');
    if (missing('rpm', 'rpmbuild', 'bwrap', 'ostree', 'root').length > 0 || !isStatic) this.skip();
    directory = mkdtempSync(join(tmpdir(), 'ostrata-lua-'));
  });
  after(() => {
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  /** A package with a shell, accounts and the script as %post. */
  const build = (script: string): string => {
    writeFileSync(join(directory, 'packed.gz'), gzipSync('unpacked\n'));
    copyFileSync(BUSYBOX, join(directory, 'busybox'));
    const spec = `Name: probes
Version: 1
Release: 1
Summary: s
License: x
BuildArch: noarch
%define _binaries_in_noarch_packages_terminate_build 0
%define __os_install_post %{nil}
%description
%install
install -Dm755 ${directory}/busybox %{buildroot}/usr/bin/busybox
for applet in sh cat true test; do ln -s busybox %{buildroot}/usr/bin/$applet; done
ln -s usr/bin %{buildroot}/bin
install -Dm644 ${directory}/packed.gz %{buildroot}/etc/packed.gz
printf 'root:x:0:0:root:/root:/bin/sh\\nmail:x:8:12:mail:/var/mail:/bin/false\\n' > %{buildroot}/etc/passwd
printf 'root:x:0:\\nwheel:x:10:ann,bob\\n' > %{buildroot}/etc/group
mkdir -p %{buildroot}/usr/lib/rpm/lua
echo 'return { value = 42 }' > %{buildroot}/usr/lib/rpm/lua/probe.lua
%files
/usr/bin
/bin
/etc/*
/usr/lib/rpm/lua/probe.lua
%post -p <lua>
${script.replaceAll('%', '%%')}
`;
    writeFileSync(join(directory, 'probes.spec'), spec);
    tool([
      'rpmbuild',
      '-bb',
      '--quiet',
      '--define',
      `_topdir ${directory}`,
      '--define',
      `_rpmdir ${directory}`,
      join(directory, 'probes.spec'),
    ]);
    return join(directory, 'noarch/probes-1-1.noarch.rpm');
  };

  it('give the same results, errors and files', async () => {
    const file = build(probeScript());
    const root = join(directory, 'root');
    mkdirSync(root);
    tool(['rpm', '--root', root, '-i', '--nodeps', file]);
    await using compose = new LocalCompose();
    const { id } = await compose.run([file]);
    const log = tool(['ostree', `--repo=${compose.repository}`, 'cat', id, '/usr/etc/lua.log']).split('\n');
    const expected = readFileSync(join(root, 'etc/lua.log'), 'utf8').split('\n');
    const differences = expected.flatMap((line, i) => (line === log[i] ? [] : [[probeAt(i), line, log[i]]]));
    assert.deepEqual(differences, []);
  });
});
