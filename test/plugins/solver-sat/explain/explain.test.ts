import assert from 'node:assert/strict';
import { type HostError, isHostError } from '@ostrata/core';
import { isSatisfiable, minimalContradiction } from '../../../../plugins/solver-sat/src/explain/minimal.ts';
import { answer, intent, type TestPackage, table } from '../support/tables.ts';

async function problems(packages: readonly TestPackage[], ...install: string[]): Promise<readonly HostError[]> {
  try {
    await answer([table(packages)], intent(install));
  } catch (error) {
    assert.ok(isHostError(error), String(error));
    return error.problems;
  }
  throw new assert.AssertionError({ message: 'there is no problem' });
}

describe('explanations', () => {
  it('tell the chain to what is missing, along the best candidates', async () => {
    const [problem] = await problems(
      [
        { nevra: 'app-2-1.x86_64', relations: { requires: ['lib >= 2'] } },
        { nevra: 'app-1-1.x86_64', relations: { requires: ['lib >= 1'] } },
        { nevra: 'lib-2-1.x86_64', relations: { requires: ['core = 5'] } },
        { nevra: 'core-4-1.x86_64' },
      ],
      'app',
    );
    assert.equal(
      problem!.message,
      '"app" cannot be installed: "app" means app-2-1.x86_64 (1 more fails as well); app-2-1.x86_64 requires lib >= 2, provided by ' +
        'lib-2-1.x86_64; nothing provides core = 5, which lib-2-1.x86_64 requires.',
    );
    assert.match(problem!.hint!, /The sources have core-4-1\.x86_64\. Add a package source/);
    const steps = problem!.data.steps as { kind: string; subject: string }[];
    assert.deepEqual(
      steps.map(({ kind, subject }) => `${kind} ${subject}`).sort(),
      ['job app', 'nothing-provides lib-2-1.x86_64', 'requires app-1-1.x86_64', 'requires app-2-1.x86_64'].sort(),
    );
  });

  it('name both sides of a conflict', async () => {
    const [problem] = await problems(
      [
        { nevra: 'a-1-1.x86_64', relations: { requires: ['x'] } },
        { nevra: 'b-1-1.x86_64', relations: { requires: ['y'] } },
        { nevra: 'x-1-1.x86_64', relations: { conflicts: ['y'] } },
        { nevra: 'y-1-1.x86_64' },
      ],
      'a',
      'b',
    );
    assert.match(problem!.message, /^"a" and "b" together cannot be installed: /);
    assert.match(problem!.message, /x-1-1.x86_64 conflicts with y, provided by y-1-1.x86_64/);
    assert.match(problem!.hint!, /leave out "a" or "b"/);
  });

  it('leave out requests that have nothing to do with it', async () => {
    const [problem, ...more] = await problems(
      [{ nevra: 'a-1-1.x86_64', relations: { requires: ['nowhere'] } }, { nevra: 'b-1-1.x86_64' }],
      'b',
      'a',
    );
    assert.deepEqual(more, []);
    assert.deepEqual(problem!.data.requested, ['a']);
  });

  it('report independent problems together', async () => {
    const found = await problems(
      [
        { nevra: 'a-1-1.x86_64', relations: { requires: ['nowhere'] } },
        { nevra: 'b-1-1.x86_64', relations: { requires: ['neither'] } },
      ],
      'a',
      'b',
    );
    assert.deepEqual(found.map(({ data }) => (data.requested as string[]).join()).sort(), ['a', 'b']);
  });

  it('say that a package is only there for another architecture', async () => {
    const [problem] = await problems([{ nevra: 'a-1-1.aarch64' }], 'a');
    assert.match(problem!.message, /a-1-1\.aarch64 \(it is for aarch64, not x86_64\)/);
  });

  it('say that two versions of one package are wanted', async () => {
    const [problem] = await problems(
      [
        { nevra: 'a-1-1.x86_64', relations: { requires: ['c = 1'] } },
        { nevra: 'b-1-1.x86_64', relations: { requires: ['c = 2'] } },
        { nevra: 'c-1-1.x86_64' },
        { nevra: 'c-2-1.x86_64' },
      ],
      'a',
      'b',
    );
    assert.match(problem!.message, /only one of c-[12]-1.x86_64 and c-[12]-1.x86_64 can be installed/);
  });
});

describe('minimalContradiction', () => {
  const clauses = [[1], [-1, 2], [-2, 3], [-3, -1], [4], [-4, 5]].map((literals) => ({ literals }));

  it('keeps only what is needed', () => {
    assert.deepEqual(
      minimalContradiction(clauses).map(({ literals }) => literals),
      [[1], [-1, 2], [-2, 3], [-3, -1]],
    );
  });

  it('tells whether clauses can hold together, also where values have to be tried', () => {
    assert.equal(
      isSatisfiable([
        [1, 2],
        [-1, 2],
        [1, -2],
        [-1, -2],
      ]),
      false,
    );
    assert.equal(
      isSatisfiable([
        [1, 2],
        [-1, 2],
        [1, -2],
      ]),
      true,
    );
  });
});
