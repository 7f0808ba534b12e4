import assert from 'node:assert/strict';
import { PRE_DEPENDENCY, RELATION_KINDS } from '@ostrata/core';
import { columnsOf, joinEvr, ownersOf, relationAt, splitEvr } from '@ostrata/package-columns';
import fc from 'fast-check';
import { table } from '../../plugins/solver-sat/support/tables.ts';

const TABLE = table([
  {
    nevra: 'a-1:2-3.x86_64',
    relations: { provides: ['a = 1:2-3', 'b'], requires: ['pre:sh', 'c >= 0:4', '(d or e)'] },
    files: ['/usr/bin/a', '/usr/bin/both'],
  },
  { nevra: 'z-2-3.noarch', relations: { requires: ['c >= 4'], enhances: ['a < 9'] }, files: ['/usr/bin/both'] },
]);

describe('columns of a table', () => {
  const columns = columnsOf(TABLE);

  it('say what the table says', () => {
    const { strings, names, evrs, archs, starts, lists } = columns;
    const texts = (column: Uint32Array) => Array.from(column, (id) => strings.text(id));
    assert.deepEqual(texts(names), ['a', 'z']);
    assert.deepEqual(texts(evrs), ['1:2-3', '2-3']);
    assert.deepEqual(texts(archs), ['x86_64', 'noarch']);
    for (const index of [0, 1]) {
      for (const [k, kind] of RELATION_KINDS.entries()) {
        const slot = index * RELATION_KINDS.length + k;
        const found = Array.from(lists.subarray(starts[slot]!, starts[slot + 1]!), (entry) =>
          relationAt(columns, entry),
        );
        const said = TABLE.relations(index, kind).map((relation) =>
          relation.evr === undefined ? relation : { ...relation, evr: relation.evr.replace(/^0:/, '') },
        );
        assert.deepEqual(found, said);
      }
    }
  });

  it('have one number for equal dependencies, and mark those of pre-install scripts', () => {
    const { starts, lists } = columns;
    const requires = RELATION_KINDS.indexOf('requires');
    const [sh, first] = lists.subarray(starts[requires]!, starts[requires + 1]!);
    const second = lists[starts[RELATION_KINDS.length + requires]!];
    assert.ok(sh! >= PRE_DEPENDENCY);
    assert.equal(first, second);
  });

  it('are made once', () => {
    assert.equal(columnsOf(TABLE), columns);
  });
});

describe('owners of paths', () => {
  it('are found in any table', () => {
    assert.deepEqual(
      [...ownersOf(TABLE, ['/usr/bin/both', '/nothing', '/usr/bin/a'])],
      [
        [0, 0],
        [0, 2],
        [1, 0],
      ],
    );
    assert.deepEqual([...ownersOf(TABLE, [])], []);
  });
});

describe('versions as one string', () => {
  it('come apart as they were', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9.+~^_]{1,6}$/);
    fc.assert(
      fc.property(fc.nat(), fc.oneof(word, fc.constantFrom('1:2', 'a:b', '1-2')), word, (epoch, version, release) => {
        const evr = { epoch, version, release };
        assert.deepEqual(splitEvr(joinEvr(evr)), evr);
      }),
      { numRuns: 200, seed: 1 },
    );
    assert.equal(joinEvr({ epoch: 0, version: '1', release: '' }), '1');
    assert.equal(joinEvr({ epoch: 0, version: '3:1', release: '2' }), '0:3:1-2');
  });
});
