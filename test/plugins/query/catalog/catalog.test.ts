import assert from 'node:assert/strict';
import { type FakePackage, packageTable } from '@ostrata/testkit';
import { Catalog } from '../../../../plugins/query/src/catalog/catalog.ts';
import { aboutText, overlap, readRange, simpleParts } from '../../../../plugins/query/src/catalog/dependencies.ts';
import { latest } from '../../../../plugins/query/src/catalog/latest.ts';
import { named } from '../../../../plugins/query/src/catalog/names.ts';
import { shortNevra } from '../../../../plugins/query/src/format/nevra.ts';
import { compare } from '../support/verbs.ts';

const PACKAGES: FakePackage[] = [
  { name: 'a', version: '1.0', arch: 'x86_64' },
  { name: 'a', version: '2.0', release: '3', arch: 'x86_64', provides: ['cap = 2'] },
  { name: 'a', version: '2.0', release: '3', arch: 'src', provides: ['cap = 2'] },
  { name: 'a-b', epoch: 1, version: '1', requires: ['cap >= 1', '(broken'] },
  { name: 'Cased', requires: ['cap'] },
];

function catalogOf(...repositories: FakePackage[][]): Catalog {
  return new Catalog(
    repositories.map((packages, i) => packageTable(`repo${i}`, packages)),
    compare,
  );
}

describe('query names', () => {
  const catalog = catalogOf(PACKAGES);
  const found = (key: string, ignoreCase = false) =>
    named(catalog, key, { ignoreCase }).map((p) => shortNevra(catalog, p));

  it('names, with architecture, version, release and epoch', () => {
    assert.deepEqual(found('a'), ['a-1.0-1.x86_64', 'a-2.0-3.x86_64', 'a-2.0-3.src']);
    assert.deepEqual(found('a.src'), ['a-2.0-3.src']);
    assert.deepEqual(found('a-2.0-3.x86_64'), ['a-2.0-3.x86_64']);
    assert.deepEqual(found('a-0:2.0-3.x86_64'), ['a-2.0-3.x86_64']);
    assert.deepEqual(found('a-1.0'), ['a-1.0-1.x86_64']);
    assert.deepEqual(found('a-b-1:1-1'), ['a-b-1:1-1.noarch']);
    assert.deepEqual(found('a-b-2:1-1'), []);
    assert.deepEqual(found('nothing'), []);
  });

  it('patterns stay within the parts they are in', () => {
    assert.deepEqual(found('a*'), [...found('a'), 'a-b-1:1-1.noarch']);
    assert.deepEqual(found('*.noarch'), ['a-b-1:1-1.noarch', 'Cased-1-1.noarch']);
    assert.deepEqual(found('a-?.[01]-3'), ['a-2.0-3.x86_64', 'a-2.0-3.src']);
    // No name has an "e" but one; architectures do.
    assert.deepEqual(found('*e*'), ['Cased-1-1.noarch']);
  });

  it('case counts unless it does not', () => {
    assert.deepEqual(found('cased'), []);
    assert.deepEqual(found('cased', true), ['Cased-1-1.noarch']);
  });
});

describe('query dependencies', () => {
  const catalog = catalogOf(PACKAGES, [{ name: 'other', requires: ['cap < 1'] }]);
  const about = (...texts: string[]) => [...aboutText(catalog, 'requires', texts)].map((p) => catalog.name(p)).sort();

  it('are found by name, pattern and version', () => {
    assert.deepEqual(about('cap'), ['Cased', 'a-b', 'other']);
    assert.deepEqual(about('c?p'), ['Cased', 'a-b', 'other']);
    assert.deepEqual(about('cap = 0.5'), ['Cased', 'other']);
    assert.deepEqual(about('cap = 3'), ['Cased', 'a-b']);
  });

  it('are found within rich ones; what cannot be read is none', () => {
    const parts = simpleParts({ name: '(x or (y >= 3 if z))', comparison: 0, evr: '' });
    assert.deepEqual(
      parts.map(({ name, evr }) => [name, evr]),
      [
        ['x', ''],
        ['y', '3'],
        ['z', ''],
      ],
    );
    assert.deepEqual(simpleParts({ name: '(broken', comparison: 0, evr: '' }), []);
  });

  it('source packages provide nothing', () => {
    assert.deepEqual(
      [...aboutText(catalog, 'provides', ['cap'])].map((p) => shortNevra(catalog, p)),
      ['a-2.0-3.x86_64'],
    );
  });

  it('ranges meet as rpm has it', () => {
    const meet = (a: string, b: string) => overlap(readRange(`x ${a}`), readRange(`x ${b}`), compare);
    assert.ok(meet('= 1-1', '= 1'));
    assert.ok(!meet('= 1-1', '= 1-2'));
    assert.ok(meet('>= 1', '<= 1'));
    assert.ok(!meet('> 1', '< 1'));
    assert.ok(!meet('= 1:1', '= 1'));
    assert.ok(meet('= 0:1', '= 1'));
    assert.ok(meet('> 5', '>= 1'));
    assert.ok(!meet('< 1~rc', '> 1'));
  });
});

describe('query latest', () => {
  const catalog = catalogOf(PACKAGES, [{ name: 'a', version: '10', arch: 'x86_64' }]);
  const newest = (limit: number) => [...latest(catalog, named(catalog, 'a.x86_64'), limit)].map((p) => catalog.evr(p));

  it('takes the newest of each name and architecture, or all but these', () => {
    assert.deepEqual(newest(1), ['10-1']);
    assert.deepEqual(newest(2), ['10-1', '2.0-3']);
    assert.deepEqual(newest(-1), ['2.0-3', '1.0-1']);
  });
});
