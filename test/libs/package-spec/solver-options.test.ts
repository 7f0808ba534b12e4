import assert from 'node:assert/strict';
import { MAX_COMBINATIONS, machineAnswers, richDependencySize } from '../../../libs/package-spec/src/index.ts';

describe('machineAnswers', () => {
  const has = machineAnswers(['language(de_AT)', 'filesystem(xfs)', 'modalias(pci:v00008086d00001234)']);

  it('knows a language and what it falls back to', () => {
    assert.deepEqual(
      ['de', 'de_AT', 'de_DE', 'd', 'fr'].map((language) => has('language', language)),
      [true, true, false, false, false],
    );
  });

  it('compares hardware with patterns, and nothing across kinds', () => {
    assert.equal(has('modalias', 'pci:v00008086d*'), true);
    assert.equal(has('modalias', 'usb:*'), false);
    assert.equal(has('filesystem', 'xfs'), true);
    assert.equal(has('filesystem', 'de'), false);
  });
});

describe('richDependencySize', () => {
  it('counts clauses and alternatives', () => {
    assert.deepEqual(richDependencySize('((a and b) or (c and d))'), { clauses: 4, alternatives: 2 });
    assert.deepEqual(richDependencySize('((a or b) and (c or d))'), { clauses: 2, alternatives: 4 });
    assert.deepEqual(richDependencySize('(a if (b and c))'), { clauses: 1, alternatives: 3 });
    assert.deepEqual(richDependencySize('(a if b else c)'), { clauses: 2, alternatives: 4 });
  });

  it('tells absurd ones from long ones', () => {
    const list = (n: number, item: (i: number) => string) => Array.from({ length: n }, (_, i) => item(i)).join(' or ');
    assert.equal(richDependencySize(`(${list(10_000, (i) => `a${i}`)})`).clauses, 1);
    assert.ok(richDependencySize(`(${list(40, (i) => `(a${i} and b${i})`)})`).clauses > MAX_COMBINATIONS);
  });
});
