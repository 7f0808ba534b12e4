import assert from 'node:assert/strict';
import { Header, Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { expandMacros, imageMacros } from '../../../../plugins/repo-rpm/src/scripts/macros.ts';
import { formatQuery } from '../../../../plugins/repo-rpm/src/scripts/query-format.ts';

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

  it('refuses what only rpm can expand', () => {
    for (const text of ['%(date)', '%[1+1]', '%{lua: x}', '%{expand:x}', '%{open', '%{shrink:%{_arch}}']) {
      assert.throws(() => expandMacros(text, macros), { name: 'Error' }, text);
    }
  });

  it('ends where macros name each other', () => {
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
    for (const format of ['%{NAME:upper}', '%-20{NAME}', '[%{NAME}', ']', '%{NOSUCHTAG}']) {
      assert.throws(() => formatQuery(header, format), format);
    }
  });
});
