import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Header, readPackage, Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { expandMacros, imageMacros } from '../../../../plugins/repo-rpm/src/scripts/macros.ts';
import { formatQuery } from '../../../../plugins/repo-rpm/src/scripts/query-format.ts';
import { missing, tool } from '../../../support/tools.ts';

describe('macros of scripts', () => {
  const macros = imageMacros('x86_64', ['de', 'fr']);
  const cases: Record<string, string> = {
    'no macro, 100%': 'no macro, 100%',
    '%%{_bindir}': '%{_bindir}',
    '%_libdir/x': '/usr/lib64/x',
    '%{_install_langs}': 'de:fr',
    '%{unknown} %unknown': '%{unknown} %unknown',
    '%{?unknown}x%{?_arch}': 'xx86_64',
    '%{?_arch:on %{_arch}}': 'on x86_64',
    '%{!?unknown:none}%{!?_arch:none}': 'none',
    '%d %s': '%d %s',
  };
  for (const [text, expected] of Object.entries(cases)) {
    it(`expands ${text}`, () => assert.equal(expandMacros(text, macros), expected));
  }

  it('says what rpm says (needs rpm)', function () {
    if (missing('rpm').length > 0) this.skip();
    for (const text of [
      '%{_bindir}/x %_sysconfdir %{?_datadir}%{?nope}%{!?nope:no %{_sbindir}}%{?_mandir:yes}%{!?_mandir:no}%%',
      '%{expand:%%{_bindir} %{_mandir}} %{basename:%{_datadir}} %{dirname:/a/b/c} %{suffix:a.tar.gz} %{suffix:a}|',
      '%{shrink:  a   b  } %{basename /a/b} %{dirname:abc} %{url2path:file:///x/y}',
      '%nope %{nope} %{?nope:x}.',
    ]) {
      assert.equal(expandMacros(text, macros), tool(['rpm', '--eval', text]).trimEnd(), text);
    }
  });

  it('refuses what only rpm can expand', () => {
    for (const text of ['%(date)', '%[1+1]', '%{lua: x}', '%{dump:x}', '%{open', '%{uncompress:%{_arch}}']) {
      assert.throws(() => expandMacros(text, macros), { name: 'Error' }, text);
    }
  });

  it('ends where macros name each other', () => {
    const doubling = (name: string) => (name === 'x0' ? 'text' : `%{x${Number(name.slice(1)) - 1}}`.repeat(2));
    assert.equal(expandMacros('%{x3}', doubling), 'text'.repeat(8));
    assert.throws(() => expandMacros('%{x30}', doubling), /too much/);
    assert.throws(() => expandMacros('%{a}', (name) => (name === 'a' ? '%{b}' : '%{a}')), /without an end/);
  });
});

describe('query formats of scripts', () => {
  const header = Header.of([
    { tag: Tag.NAME, value: 'tool' },
    { tag: Tag.VERSION, value: '1' },
    { tag: Tag.RELEASE, value: '2' },
    { tag: Tag.ARCH, value: 'noarch' },
    { tag: Tag.SOURCERPM, value: 'x' },
    { tag: Tag.REQUIRENAME, value: ['a', 'b'] },
  ]);

  it('are expanded over the header', () => {
    assert.equal(formatQuery(header, '%{NAME}\\t%{nevra} %{EPOCHNUM} %{URL}'), 'tool\ttool-1-2.noarch 0 (none)');
    assert.equal(formatQuery(header, '[<%{REQUIRENAME}>]%%'), '<a><b>%');
  });

  it('are refused when they ask for more', () => {
    for (const format of [
      '%{NAME:upper}',
      '%{NAME:date}',
      '[%{NAME}',
      ']',
      '}',
      '%{NOSUCHTAG}',
      '%|NAME?{x}',
      '[[%{NAME}]]',
      '[%{NAME} %{REQUIRENAME}]',
    ]) {
      assert.throws(() => formatQuery(header, format), format);
    }
  });

  it('say what rpm says (needs rpm, rpmbuild)', function () {
    this.timeout(20_000);
    if (missing('rpm', 'rpmbuild').length > 0) this.skip();
    const directory = mkdtempSync(join(tmpdir(), 'ostrata-format-'));
    try {
      writeFileSync(join(directory, 'p.spec'), SPEC);
      const define = ['--define', `_topdir ${directory}`, '--define', `_rpmdir ${directory}`];
      tool(['rpmbuild', '-bb', '--quiet', ...define, join(directory, 'p.spec')]);
      const file = join(directory, 'noarch/formats-1-1.noarch.rpm');
      const { metadata } = readPackage(readFileSync(file));
      for (const format of FORMATS) {
        assert.equal(formatQuery(metadata, format), tool(['rpm', '-qp', '--qf', format, file]), format);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

const SPEC = `Name: formats
Version: 1
Release: 1
Summary: It's a summary
License: x
BuildArch: noarch
Requires: bash >= 5, sed
Provides: two = 2
%description
%install
mkdir -p "%{buildroot}/usr/share/f"
echo one > "%{buildroot}/usr/share/f/it's"
install -m 4755 /dev/null %{buildroot}/usr/share/f/suid
ln -s suid %{buildroot}/usr/share/f/link
%files
%config(noreplace) "/usr/share/f/it's"
/usr/share/f/suid
/usr/share/f/link
`;
const FORMATS = [
  '%{NAME}-%{version} %{RPMTAG_RELEASE} %% \\t|\\n',
  '%-20{NAME}|%20{NAME}|%2{NAME}|',
  '%|EPOCH?{epoch %{EPOCH}}:{no epoch}| %|SUMMARY?{has %{SUMMARY}}| %|EPOCH?{x}|',
  '[%{FILENAMES} ]%{FILENAMES}',
  '[%{FILENAMES:shescape} %{=NAME} %{FILEMODES:perms} %{FILEMODES:octal} %{FILEFLAGS:fflags}\\n]',
  '%{SUMMARY:shescape} %{SIZE:hex} %{SIZE:octal}',
  '%{FILENAMES:arraysize} %{#REQUIRENAME} %{#NAME}',
  '[%{REQUIRENAME} %{REQUIREFLAGS:depflags} %{REQUIREVERSION};]',
  '%{EPOCHNUM} %{EVR} %{NVRA} %{NEVRA} %{NVR} %{URL}',
  '[%|EPOCH?{e}:{%{PROVIDENAME}}|,]',
];
