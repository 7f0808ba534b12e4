import assert from 'node:assert/strict';
import { isHostError, type Solver } from '@ostrata/core';
import { CONTEXT, compare, intent, nevraAt, type TestPackage, table } from './tables.ts';

/** CPU milliseconds that an absurd question may take, with a machine that does other things as well. */
const BOUND = 8_000;

const count = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Tests of what a solver does with absurd packages: an answer or a clear error, in bounded time. */
export function absurdPackages(make: () => Solver): void {
  const cost = async (
    packages: readonly TestPackage[],
    want: readonly string[],
  ): Promise<{ found: string[] | string }> => {
    const start = process.cpuUsage();
    const request = { intent: intent(want), available: [table(packages)], installed: null, compare };
    const found = await make()
      .solve(request, CONTEXT)
      .then(
        ({ install }) => install.map(({ table: from, index }) => nevraAt(from, index)),
        (error: unknown) => {
          assert.ok(isHostError(error), String(error));
          return [error, ...error.problems].map(({ code }) => code).join(' ');
        },
      );
    const { user, system } = process.cpuUsage(start);
    assert.ok((user + system) / 1000 < BOUND, `took ${(user + system) / 1000} ms`);
    return { found };
  };

  it('ten thousand alternatives are one choice', async () => {
    const names = count(10_000).map((i) => `alternative${i}`);
    const packages = [
      { nevra: 'a', relations: { requires: [`(${names.join(' or ')})`] } },
      ...names.map((name) => ({ nevra: name, relations: { provides: ['service'] } })),
    ];
    const { found } = await cost(packages, ['a']);
    assert.equal(found.length, 2);
  });

  it('ten thousand alternatives that all fail are a problem', async () => {
    const names = count(10_000).map((i) => `alternative${i}`);
    const packages = [
      { nevra: 'a', relations: { requires: ['service'] } },
      ...names.map((nevra) => ({ nevra, relations: { provides: ['service'], requires: ['absent'] } })),
    ];
    assert.match(String((await cost(packages, ['a'])).found), /_(?:CONFLICT|PROBLEM)\b/);
  });

  it('circles of rich dependencies end', async () => {
    const packages = count(1000).map((i) => ({
      nevra: `p${i}`,
      relations: {
        provides: ['any'],
        requires: [`(p${(i + 1) % 1000} if p${(i + 2) % 1000})`, `((p${(i + 7) % 1000} or any) unless p${i + 1})`],
        recommends: [`(p${(i + 1) % 1000} if any)`],
        conflicts: [`(p${(i + 5) % 1000} and p${(i + 6) % 1000})`],
      },
    }));
    const { found } = await cost(packages, ['p0']);
    assert.ok(found.length > 0);
  });

  it('a circle through all packages ends', async () => {
    const packages = count(20_000).map((i) => ({
      nevra: `p${i}`,
      relations: { requires: [`p${(i + 1) % 20_000}`] },
    }));
    assert.equal((await cost(packages, ['p0'])).found.length, 20_000);
  });

  it('deep nesting is refused', async () => {
    const deep = `${'('.repeat(5000)}b${' or c)'.repeat(5000)}`;
    assert.match(String((await cost([{ nevra: 'a', relations: { requires: [deep] } }], ['a'])).found), /_DEPENDENCY\b/);
  });

  it('normal forms that would explode are refused', async () => {
    const pairs = count(40).map((i) => `(x${i} and y${i})`);
    const packages = [
      { nevra: 'a', relations: { requires: [`(${pairs.join(' or ')})`] } },
      ...count(40).flatMap((i) => [{ nevra: `x${i}` }, { nevra: `y${i}` }]),
    ];
    assert.match(String((await cost(packages, ['a'])).found), /_DEPENDENCY\b/);
  });

  it('a name in five hundred versions, each of which fails, is a problem', async () => {
    const packages = count(500).map((i) => ({ nevra: `a-${i}-1.noarch`, relations: { requires: [`b = ${i}`] } }));
    assert.match(String((await cost(packages, ['a'])).found), /_(?:CONFLICT|PROBLEM)\b/);
  });
}
