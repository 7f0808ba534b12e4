import assert from 'node:assert/strict';
import { packageTable } from '@ostrata/testkit';
import { Catalog } from '../../../../plugins/query/src/catalog/catalog.ts';
import { queryFormat, sourceName } from '../../../../plugins/query/src/format/query-format.ts';
import { sizeText, timeText } from '../../../../plugins/query/src/format/units.ts';
import { machineRelease } from '../../../../plugins/query/src/repositories/variables.ts';

describe('query formats', () => {
  const catalog = new Catalog(
    [packageTable('repo', [{ name: 'a', epoch: 2, version: '1', arch: 'x86_64', requires: ['z', 'b >= 1'] }])],
    () => 0,
  );
  const format = (text: string) => queryFormat(text)(catalog, 0);

  it('fill in tags, with widths and line ends', () => {
    assert.equal(format('%{name}-%{evr}.%{arch} %{repoid}'), 'a-2:1-1.x86_64 repo');
    assert.equal(format('[%3{name}] [%-3{NAME}]\\n{x}'), '[a  ] [  a]\n{x}');
    assert.equal(format('%{requires}'), 'b >= 1\nz');
    assert.equal(format('100% %{release'), '100% %{release');
  });

  it('refuse unknown tags and name the known ones', () => {
    assert.throws(
      () => queryFormat('%{nmae}'),
      (error: { code: string; hint: string }) => error.code === 'QUERY_OPTIONS' && error.hint.includes('name, arch'),
    );
    assert.throws(() => queryFormat('%{constructor}'), /unknown tag "constructor"/);
  });

  it('sizes, times and names of source packages are as dnf has them', () => {
    assert.deepEqual([0, 999, 1000, 96_000, 1_782_579, 10_400_000].map(sizeText), [
      '0  ',
      '999  ',
      '1.0 k',
      '94 k',
      '1.7 M',
      '9.9 M',
    ]);
    assert.equal(timeText(1_700_000_000), '2023-11-14 22:13');
    assert.equal(timeText(0), '');
    assert.equal(sourceName('a-b-1.0-2.el9.src.rpm'), 'a-b');
  });

  it('a machine without os-release has no release', () => {
    assert.equal(machineRelease(['/nonexistent/os-release']), null);
  });
});
