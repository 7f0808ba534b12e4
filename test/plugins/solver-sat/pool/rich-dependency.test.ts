import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ArchPolicy } from '../../../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../../../plugins/solver-sat/src/pool/builder.ts';
import { RichDependencyError } from '../../../../plugins/solver-sat/src/pool/rich-dependency.ts';
import { dependencyText } from '../../../../plugins/solver-sat/src/pool/text.ts';
import { compare } from '../support/tables.ts';

function roundTrip(text: string): string {
  const builder = new PoolBuilder();
  const dependency = builder.dependency(text);
  return dependencyText(
    builder.build(new ArchPolicy('x86_64'), { multilib: true, compareVersions: compare }),
    dependency,
  );
}

describe('rich dependencies', () => {
  for (const text of [
    '(a or b)',
    '(a and b and c)',
    '(a if b)',
    '(a if b else c)',
    '(a unless b else (c or d))',
    '(gcc >= 11 with gcc < 12)',
    '(a without b)',
    '(libfoo.so.1()(64bit) or libfoo(x86-64) >= 2:1.0-3)',
    '((a and b) or (c and d))',
  ]) {
    it(`reads and writes ${text}`, () => assert.equal(roundTrip(text), text));
  }

  for (const [text, what] of [
    ['(a or', 'a name is missing'],
    ['(a or b', '")" expected'],
    ['(a or b) c', 'unexpected text'],
    ['(a or b and c)', 'need parentheses'],
    ['(a if b if c)', 'need parentheses'],
    ['(a else b)', 'need parentheses'],
    ['(a xor b)', 'unknown operator "xor"'],
    ['(a >> 2)', 'unknown comparison'],
    ['(a >= )', 'a version is missing'],
    ['()', 'a name is missing'],
  ] as const) {
    it(`refuses ${text}`, () => {
      assert.throws(
        () => roundTrip(text),
        (error) => error instanceof RichDependencyError && error.message.includes(what),
      );
    });
  }

  it('refuses deep nesting', () => {
    const deep = `${'('.repeat(100_000)}a${')'.repeat(100_000)}`;
    assert.throws(() => roundTrip(deep), /nested parentheses/);
  });

  it('takes ten thousand alternatives', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `n${i}`);
    assert.equal(roundTrip(`(${names.join(' or ')})`), `(${names.join(' or ')})`);
  });

  it('never fails but with an error of its own', () => {
    const piece = fc.constantFrom('(', ')', ' ', 'a', 'or', 'and', 'if', 'else', 'with', '<', '>=', '1-2', '\t');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        try {
          roundTrip(`(${pieces.join(' ')}`);
        } catch (error) {
          assert.ok(error instanceof RichDependencyError);
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
