import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileFor } from './bundle.ts';

const CHECKSUM = '1'.repeat(64);

/** A repository of one package, as far as a transaction is to be found. */
const PRIMARY = `<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="1">
<package type="rpm"><name>one</name><arch>noarch</arch><version epoch="0" ver="1" rel="1"/>
<checksum type="sha256" pkgid="YES">${CHECKSUM}</checksum><summary>One</summary><description>One</description>
<packager/><url/><time file="1" build="1"/><size package="1" installed="1" archive="1"/><location href="one.rpm"/>
<format><rpm:license>MIT</rpm:license><rpm:vendor/><rpm:group/><rpm:buildhost/><rpm:sourcerpm/>
<rpm:header-range start="1" end="2"/><rpm:provides><rpm:entry name="one" flags="EQ" epoch="0" ver="1" rel="1"/></rpm:provides>
</format></package></metadata>
`;

const REPOMD = `<?xml version="1.0" encoding="UTF-8"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>
<data type="primary"><checksum type="sha256">CHECKSUM</checksum><location href="repodata/primary.xml"/><size>SIZE</size></data>
</repomd>
`;

const TREEFILE = { ref: 'one', repos: ['one'], packages: ['one'], edition: '2024', selinux: false };

/** What people run often, or what scripts run a thousand times: on a repository, a system and packages of its own, in the current directory. */
const COMMANDS = `
ostrata plugins --config config.json
ostrata compose tree --config config.json --dry-run --repo repo treefile.json
ostrata compose tree --config config.json --dry-run -C --repo repo treefile.json
ostrata-ostree --repo=repo init --mode=bare
ostrata-ostree --repo=repo commit -b one --tree=dir=tree
ostrata-ostree --repo=repo rev-parse one
ostrata-ostree --repo=repo refs
ostrata-ostree --repo=repo log one
ostrata-ostree --repo=repo ls -R one
ostrata-ostree --repo=repo checkout -H one checkout
ostrata-ostree --repo=repo checkout one copy
ostrata-ostree --repo=repo fsck
ostrata-ostree --repo=other init --mode=archive
ostrata-ostree --repo=other pull-local repo one
ostrata-ostree --repo=other prune --refs-only
ostrata-ostree admin init-fs --modern system
ostrata-ostree admin --sysroot=system os-init os
ostrata-ostree --repo=system/ostree/repo pull-local repo one
ostrata-ostree admin --sysroot=system deploy --os=os --karg=quiet one
ostrata-ostree admin --sysroot=system deploy --os=os --retain one
ostrata-ostree admin --sysroot=system status
ostrata-ostree admin --sysroot=system pin 1
ostrata-ostree admin --sysroot=system pin -u 1
ostrata-ostree admin --sysroot=system set-default 1
ostrata-ostree admin --sysroot=system instutil set-kargs --merge --append=debug
ostrata status --config config.json --sysroot system
ostrata status --config config.json --sysroot system --json
ostrata pin --config config.json --sysroot system 0
ostrata kargs --config config.json --sysroot system
ostrata rollback --config config.json --sysroot system
ostrata-ostree admin --sysroot=system undeploy 1
ostrata-ostree admin --sysroot=system cleanup
ostrata --help
`;

/** Has V8 compile what the commands above run, so that users' commands need not. */
export function compileCommands(root: string, prefix: string): void {
  const cwd = mkdtempSync(join(tmpdir(), 'ostrata-compile-'));
  try {
    layOut(cwd);
    for (const line of COMMANDS.trim().split('\n')) compileFor(root, prefix, line.split(' '), cwd);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

function layOut(directory: string): void {
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  mkdirSync(join(directory, 'system'));
  write('tree/usr/lib/modules/1/vmlinuz', 'kernel');
  write('tree/usr/lib/modules/1/initramfs.img', 'initramfs');
  write('tree/usr/lib/os-release', 'ID=one\nPRETTY_NAME=One\n');
  write('tree/usr/etc/one.conf', 'one');
  write('tree/usr/bin/one', 'one');
  write('packages/repodata/primary.xml', PRIMARY);
  write(
    'packages/repodata/repomd.xml',
    REPOMD.replace('CHECKSUM', hash('sha256', PRIMARY)).replace('SIZE', `${PRIMARY.length}`),
  );
  write('one.repo', `[one]\nname=one\nbaseurl=file://${directory}/packages\ngpgcheck=0\n`);
  write('treefile.json', JSON.stringify(TREEFILE));
  write('config.json', JSON.stringify({ cache: join(directory, 'cache'), state: join(directory, 'state') }));
}
