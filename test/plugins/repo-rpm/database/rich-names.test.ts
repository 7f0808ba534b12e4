import assert from 'node:assert/strict';
import { richNames } from '../../../../plugins/repo-rpm/src/database/rich-names.ts';

describe('names in rich dependencies', () => {
  const cases: Record<string, readonly string[]> = {
    '(a and b >= 1)': ['a', 'b'],
    '(a or (b with c(d) = 2:1-1))': ['a', 'b', 'c(d)'],
    '(a if b)': ['a', '!b'],
    '(a if b else c)': ['a', 'b', 'c', '!b'],
    '(a unless b)': ['a', '!b'],
    '(a and a)': ['a'],
    '(a and rpmlib(X) = 1)': ['a'],
    '(a if (b if c))': ['a', 'c', '!b'],
    '(a': [],
    '()': [],
    '(a b)': [],
    '(a nor b)': [],
    '(a) b': [],
  };
  for (const [expression, expected] of Object.entries(cases)) {
    it(expression, () => assert.deepEqual(richNames(expression), expected));
  }

  it('are none in expressions of unreasonable depth', () => {
    assert.deepEqual(richNames('('.repeat(100_000)), []);
  });
});
