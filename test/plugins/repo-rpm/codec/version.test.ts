import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareEvr, compareVersions, parseEvr } from '../../../../plugins/repo-rpm/src/codec/index.ts';

describe('compareVersions', () => {
  const LADDER = [
    '1.0~~',
    '1.0~rc1~git1',
    '1.0~rc1',
    '1.0',
    '1.0^20200101',
    '1.0a',
    '1.0.1',
    '1.1',
    '1.1a',
    '1.10',
    '2',
    '10xyz',
    '10.1xyz',
  ];

  it('orders a ladder of versions', () => {
    LADDER.forEach((a, i) => {
      LADDER.forEach((b, j) => {
        assert.equal(compareVersions(a, b), Math.sign(i - j), `${a} ? ${b}`);
      });
    });
  });

  it('holds no difference between separators', () => {
    assert.equal(compareVersions('2_0', '2.0'), 0);
    assert.equal(compareVersions('a+', 'a_'), 0);
    assert.equal(compareVersions('1..2', '1.2'), 0);
  });

  it('compares numbers of any length and ignores their zeros', () => {
    assert.equal(compareVersions('1.000000000000000000000000000010', '1.10'), 0);
    assert.equal(compareVersions('99999999999999999999999', '100000000000000000000000'), -1);
  });

  it('is an order: antisymmetric, and equal to itself', () => {
    const version = fc.stringMatching(/^[0-9a-zA-Z.~^+_]{0,12}$/);
    fc.assert(
      fc.property(version, version, (a, b) => {
        assert.equal(compareVersions(a, a), 0);
        const order = compareVersions(a, b);
        assert.equal(order + compareVersions(b, a), 0, `${a} ? ${b}`);
      }),
      { numRuns: 500, seed: 5 },
    );
  });
});

describe('compareEvr', () => {
  const compare = (a: string, b: string) => compareEvr(parseEvr(a), parseEvr(b));

  it('looks at the epoch first, and a missing one is 0', () => {
    assert.equal(compare('1:1-1', '2-1'), 1);
    assert.equal(compare('0:1-1', '1-1'), 0);
  });

  it('puts a missing release before any', () => {
    assert.equal(compare('1', '1-0'), -1);
    assert.equal(compare('1-2', '1-10'), -1);
  });

  it('splits at the last hyphen and the first colon after digits', () => {
    assert.deepEqual(parseEvr('3:1.2-4'), { epoch: '3', version: '1.2', release: '4' });
    assert.deepEqual(parseEvr('1.2'), { epoch: undefined, version: '1.2', release: undefined });
    assert.deepEqual(parseEvr(':1.2'), { epoch: '0', version: '1.2', release: undefined });
    assert.deepEqual(parseEvr('a:b'), { epoch: undefined, version: 'a:b', release: undefined });
  });
});
