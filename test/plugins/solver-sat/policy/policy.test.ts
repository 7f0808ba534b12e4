import assert from 'node:assert/strict';
import { answer, intent, type TestPackage, table } from '../support/tables.ts';

async function solved(packages: readonly TestPackage[], install: readonly string[], weak = true): Promise<string[]> {
  return (await answer([table(packages)], intent(install, { weak }))).sort();
}

describe('which candidate is chosen', () => {
  it('the best version', async () => {
    const packages = ['1-1', '10-1', '9-1'].map((evr) => ({ nevra: `a-${evr}.x86_64` }));
    assert.deepEqual(await solved(packages, ['a']), ['a-10-1.x86_64']);
  });

  it('an epoch above any version', async () => {
    assert.deepEqual(await solved([{ nevra: 'a-9-1.x86_64' }, { nevra: 'a-1:1-1.x86_64' }], ['a']), ['a-1:1-1.x86_64']);
  });

  it('64 bits above a newer 32 bit build', async () => {
    assert.deepEqual(await solved([{ nevra: 'a-2-1.i686' }, { nevra: 'a-1-1.x86_64' }], ['a']), ['a-1-1.x86_64']);
  });

  it('32 bits when there is nothing else, or when named', async () => {
    assert.deepEqual(await solved([{ nevra: 'a-2-1.i686' }], ['a']), ['a-2-1.i686']);
    const both = [{ nevra: 'a-1-1.i686' }, { nevra: 'a-1-1.x86_64' }];
    assert.deepEqual(await solved(both, ['a.i686']), ['a-1-1.i686']);
  });

  it('the repository of higher priority, whatever the version', async () => {
    const first = table([{ nevra: 'a-1-1.x86_64' }], { source: 'first', priority: 10 });
    const second = table([{ nevra: 'a-2-1.x86_64' }], { source: 'second', priority: 99 });
    assert.deepEqual(await answer([second, first], intent(['a'])), ['a-1-1.x86_64']);
  });

  it('of different providers the first by name', async () => {
    const packages = [
      { nevra: 'z-1-1.x86_64', relations: { provides: ['x'] } },
      { nevra: 'm-1-1.x86_64', relations: { provides: ['x'] } },
    ];
    assert.deepEqual(await solved(packages, ['x']), ['m-1-1.x86_64']);
  });

  it('a package rather than one that it obsoletes', async () => {
    const packages = [
      { nevra: 'm-1-1.x86_64', relations: { provides: ['x'] } },
      { nevra: 'z-1-1.x86_64', relations: { provides: ['x'], obsoletes: ['m'] } },
    ];
    assert.deepEqual(await solved(packages, ['x']), ['z-1-1.x86_64']);
  });

  it('what is needed anyway rather than one more package', async () => {
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { requires: ['x', 'z'] } },
      { nevra: 'm-1-1.x86_64', relations: { provides: ['x'] } },
      { nevra: 'z-1-1.x86_64', relations: { provides: ['x'] } },
    ];
    assert.deepEqual(await solved(packages, ['a']), ['a-1-1.x86_64', 'z-1-1.x86_64']);
  });

  it('what another package recommends, suggests or what enhances it', async () => {
    const base = (hint: object, on: object = {}): TestPackage[] => [
      { nevra: 'a-1-1.x86_64', relations: { requires: ['x'], ...hint } },
      { nevra: 'm-1-1.x86_64', relations: { provides: ['x'] } },
      { nevra: 'z-1-1.x86_64', relations: { provides: ['x'], ...on } },
    ];
    for (const packages of [
      base({ recommends: ['z'] }),
      base({ suggests: ['z'] }),
      base({}, { enhances: ['a'] }),
      base({}, { supplements: ['a'] }),
    ]) {
      assert.deepEqual(await solved(packages, ['a'], false), ['a-1-1.x86_64', 'z-1-1.x86_64']);
    }
  });
});

describe('weak dependencies', () => {
  const packages: TestPackage[] = [
    { nevra: 'a-1-1.x86_64', relations: { recommends: ['b', 'nowhere'], suggests: ['s'] } },
    { nevra: 'b-1-1.x86_64', relations: { requires: ['c'] } },
    { nevra: 'c-1-1.x86_64' },
    { nevra: 'e-1-1.x86_64', relations: { enhances: ['a'] } },
    { nevra: 's-1-1.x86_64' },
    { nevra: 'u-1-1.x86_64', relations: { supplements: ['(a and c)'] } },
  ];

  it('recommendations and supplements come in, suggestions and enhancements do not', async () => {
    assert.deepEqual(await solved(packages, ['a']), ['a-1-1.x86_64', 'b-1-1.x86_64', 'c-1-1.x86_64', 'u-1-1.x86_64']);
  });

  it('none when they are turned off', async () =>
    assert.deepEqual(await solved(packages, ['a'], false), ['a-1-1.x86_64']));

  it('are left out when something stands against them', async () => {
    const conflicting = [
      { nevra: 'a-1-1.x86_64', relations: { recommends: ['b'], requires: ['c'] } },
      { nevra: 'b-1-1.x86_64', relations: { conflicts: ['c'] } },
      { nevra: 'c-1-1.x86_64' },
    ];
    assert.deepEqual(await solved(conflicting, ['a']), ['a-1-1.x86_64', 'c-1-1.x86_64']);
  });

  it('a condition that holds because nothing is chosen is no reason to install anything', async () => {
    const conditional = [
      { nevra: 'a-1-1.x86_64' },
      { nevra: 'l-1-1.x86_64', relations: { supplements: ['(x if y)'] } },
    ];
    assert.deepEqual(await solved(conditional, ['a']), ['a-1-1.x86_64']);
  });

  it('a rich recommendation brings in its part when its condition holds', async () => {
    const rich = [
      { nevra: 'a-1-1.x86_64', relations: { recommends: ['(lang if c)'] } },
      { nevra: 'c-1-1.x86_64' },
      { nevra: 'lang-1-1.x86_64' },
    ];
    assert.deepEqual(await solved(rich, ['a']), ['a-1-1.x86_64']);
    assert.deepEqual(await solved(rich, ['a', 'c']), ['a-1-1.x86_64', 'c-1-1.x86_64', 'lang-1-1.x86_64']);
  });
});
