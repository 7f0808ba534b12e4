import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileContexts } from '@ostrata/file-contexts';
import { openLibselinux } from './libselinux.ts';

const FILE = 0o100644;
const DIRECTORY = 0o040755;
const LINK = 0o120777;

const BASE = `
# A policy in small.
/.*	system_u:object_r:default_t:s0
/	-d	system_u:object_r:root_t:s0
/usr(/.*)?	system_u:object_r:usr_t:s0
/usr/bin(/.*)?	system_u:object_r:bin_t:s0
/usr/bin/exact	--	system_u:object_r:exact_t:s0
/usr/bin/ex.*	system_u:object_r:later_t:s0
/usr/bin/[[:digit:]]+	--	system_u:object_r:number_t:s0
/usr/bin/[]x]y	system_u:object_r:bracket_t:s0
/usr/lib(64)?/.*\\.so(\\.[^/]*)*	--	system_u:object_r:lib_t:s0
/usr/lib/quoted\\+name	system_u:object_r:quoted_t:s0
/usr/lib/colou?r	system_u:object_r:colour_t:s0
/usr/lib/x{2}	system_u:object_r:count_t:s0
/usr/(sbin|local/sbin)(/.*)?	system_u:object_r:sbin_t:s0
/usr/tmp	-d	<<none>>
/usr/tmp/.*	<<none>>
/etc/(a|b)|/srv/c	system_u:object_r:either_t:s0
/dev/null	-c	system_u:object_r:null_device_t:s0
/home/.	system_u:object_r:one_byte_t:s0
/home/..	system_u:object_r:two_bytes_t:s0
`;
const TEXTS = {
  base: BASE,
  homedirs:
    '/home/[^/]+/\\.ssh(/.*)?	system_u:object_r:ssh_home_t:s0\n/usr/bin/exact	-l	system_u:object_r:exact_link_t:s0\n',
  local: '/usr/bin/tool	system_u:object_r:local_t:s0\n/opt/b(/.*)?	system_u:object_r:opt_b_t:s0\n',
  subs: '/mnt/site /usr/bin\n',
  subsDist: '# comment\n/usr/etc /etc\n/run /var/run\n/alt /\n/opt/a /opt/b\n/opt/a/b /usr/lib\n',
};

const PATHS = [
  ...['/', '/usr', '/usr/', '//usr//bin', '/usr/bin', '/usr/bin/exact', '/usr/bin/extra', '/usr/bin/12', '/usr/bin/1a'],
  ...[
    '/usr/bin/]y',
    '/usr/bin/xy',
    '/usr/bin/zy',
    '/usr/bin/tool',
    '/usr/lib/a.so',
    '/usr/lib64/b.so.1.2',
    '/usr/lib/so',
  ],
  ...['/usr/lib/quoted+name', '/usr/lib/quotedname', '/usr/lib/color', '/usr/lib/colour', '/usr/lib/xx', '/usr/lib/x'],
  ...[
    '/usr/sbin',
    '/usr/sbin/a',
    '/usr/local/sbin/b',
    '/usr/local',
    '/usr/tmp',
    '/usr/tmp/x',
    '/etc/a',
    '/etc/ab',
    '/srv/c',
  ],
  ...[
    '/dev/null',
    '/home/x',
    '/home/ü',
    '/home/me/.ssh',
    '/home/me/.ssh/id',
    '/home/a\nb/.ssh',
    '/usr/etc',
    '/usr/etc/a',
  ],
  ...[
    '/usr/etcetera',
    '/run/x',
    '/alt',
    '/alt/usr/bin',
    '/mnt/site/tool',
    '/opt/a',
    '/opt/a/b',
    '/opt/a/b/x',
    '/proc',
    '/x y',
  ],
];

describe('FileContexts', () => {
  const contexts = FileContexts.parse(TEXTS);

  it('takes the last line that matches, and exact paths before patterns', () => {
    assert.equal(contexts.lookup('/usr/bin/exact', FILE), 'system_u:object_r:exact_t:s0');
    assert.equal(contexts.lookup('/usr/bin/exact', LINK), 'system_u:object_r:exact_link_t:s0');
    assert.equal(contexts.lookup('/usr/bin/exact', DIRECTORY), 'system_u:object_r:later_t:s0');
    assert.equal(contexts.lookup('/usr/share', DIRECTORY), 'system_u:object_r:usr_t:s0');
    assert.equal(contexts.lookup('/usr/tmp/x', FILE), undefined);
  });

  it('labels substituted paths as what they stand for', () => {
    assert.equal(contexts.lookup('/usr/etc/a', FILE), 'system_u:object_r:either_t:s0');
    assert.equal(contexts.lookup('/mnt/site/tool', FILE), 'system_u:object_r:local_t:s0');
  });

  it('gives the labels that libselinux gives (needs libselinux)', function () {
    const directory = mkdtempSync(join(tmpdir(), 'ostrata-contexts-'));
    try {
      const path = join(directory, 'file_contexts');
      writeFileSync(path, TEXTS.base);
      writeFileSync(`${path}.homedirs`, TEXTS.homedirs);
      writeFileSync(`${path}.local`, TEXTS.local);
      writeFileSync(`${path}.subs`, TEXTS.subs);
      writeFileSync(`${path}.subs_dist`, TEXTS.subsDist);
      const library = openLibselinux(path);
      if (!library) this.skip();
      for (const name of PATHS) {
        for (const mode of [0, FILE, DIRECTORY, LINK, 0o020600]) {
          assert.equal(contexts.lookup(name, mode), library.lookup(name, mode), `${name} ${mode.toString(8)}`);
        }
      }
      library.close();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('names the line that it cannot use', () => {
    const fails = (base: string, message: RegExp) =>
      assert.throws(() => FileContexts.parse({ base }).lookup('/a', FILE), { code: 'FILE_CONTEXTS_INVALID', message });
    fails('/a', /line 1 of file_contexts: .* without a context/);
    fails('\n/a -x a:b:c:s0', /line 2 of file_contexts: -x stands for no file type/);
    fails('/[a a:b:c:s0', /line 1 of file_contexts: a bracket is not closed/);
    fails('/(a a:b:c:s0', /line 1 of file_contexts/);
    fails('/.++ a:b:c:s0', /only PCRE knows/);
    fails('/[[:foo:]] a:b:c:s0', /no character class foo/);
  });
});
