import assert from 'node:assert/strict';
import { isHostError } from '@ostrata/core';
import { answer, intent, type TestPackage, table } from '../support/tables.ts';

async function solved(packages: readonly TestPackage[], ...install: string[]): Promise<string[]> {
  return (await answer([table(packages)], intent(install))).sort();
}

function unsolvable(packages: readonly TestPackage[], ...install: string[]): Promise<void> {
  return assert.rejects(solved(packages, ...install), (error) => isHostError(error) && error.code === 'SOLVER_PROBLEM');
}

describe('rules of packages', () => {
  it('requires: brings in what is needed, and what that needs', async () => {
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { requires: ['b'] } },
      { nevra: 'b-1-1.x86_64', relations: { requires: ['libc.so'] } },
      { nevra: 'c-1-1.x86_64', relations: { provides: ['libc.so'] } },
      { nevra: 'd-1-1.x86_64' },
    ];
    assert.deepEqual(await solved(packages, 'a'), ['a-1-1.x86_64', 'b-1-1.x86_64', 'c-1-1.x86_64']);
  });

  it('requires: takes an older build when the newest cannot be installed', async () => {
    const packages = [{ nevra: 'a-2-1.x86_64', relations: { requires: ['nowhere'] } }, { nevra: 'a-1-1.x86_64' }];
    assert.deepEqual(await solved(packages, 'a'), ['a-1-1.x86_64']);
  });

  it('requires: a circle is fine', async () => {
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { requires: ['b'] } },
      { nevra: 'b-1-1.x86_64', relations: { requires: ['a'] } },
    ];
    assert.deepEqual(await solved(packages, 'a'), ['a-1-1.x86_64', 'b-1-1.x86_64']);
  });

  it('conflicts: chooses a provider that does not', async () => {
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { requires: ['mail'], conflicts: ['b'] } },
      { nevra: 'b-1-1.x86_64', relations: { provides: ['mail'] } },
      { nevra: 'c-1-1.x86_64', relations: { provides: ['mail'] } },
    ];
    assert.deepEqual(await solved(packages, 'a'), ['a-1-1.x86_64', 'c-1-1.x86_64']);
    await unsolvable(packages, 'a', 'b');
  });

  it('conflicts: with a version only that version', async () => {
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { conflicts: ['b < 2'] } },
      { nevra: 'b-1-1.x86_64' },
      { nevra: 'b-2-1.x86_64' },
    ];
    assert.deepEqual(await solved(packages, 'a', 'b'), ['a-1-1.x86_64', 'b-2-1.x86_64']);
    await unsolvable(packages, 'a', 'b = 1');
  });

  it('conflicts: a package may conflict with what it provides itself', async () => {
    const packages = [{ nevra: 'a-1-1.x86_64', relations: { provides: ['mta'], conflicts: ['mta'] } }];
    assert.deepEqual(await solved(packages, 'a'), ['a-1-1.x86_64']);
  });

  it('obsoletes: go by names of packages and not by provides', async () => {
    const packages = [
      { nevra: 'new-1-1.x86_64', relations: { obsoletes: ['old < 2'] } },
      { nevra: 'old-1-1.x86_64' },
      { nevra: 'other-1-1.x86_64', relations: { provides: ['old = 1'] } },
    ];
    await unsolvable(packages, 'new', 'old');
    assert.deepEqual(await solved(packages, 'new', 'other'), ['new-1-1.x86_64', 'other-1-1.x86_64']);
  });

  it('same name: only one version', async () => {
    const packages = [{ nevra: 'a-1-1.x86_64' }, { nevra: 'a-2-1.x86_64' }];
    await unsolvable(packages, 'a = 1', 'a = 2');
  });

  it('same name: 32 and 64 bits side by side with multilib, not without', async () => {
    const packages = [{ nevra: 'a-1-1.x86_64' }, { nevra: 'a-1-1.i686' }];
    assert.deepEqual(await solved(packages, 'a.x86_64', 'a.i686'), ['a-1-1.i686', 'a-1-1.x86_64']);
    const single = answer([table(packages)], intent(['a.x86_64', 'a.i686']), null, {
      multilib: false,
      installonly: [],
    });
    await assert.rejects(single, { code: 'SOLVER_PROBLEM' });
  });

  it('same name: several versions of installonly packages', async () => {
    const packages = [{ nevra: 'kernel-1-1.x86_64' }, { nevra: 'kernel-2-1.x86_64' }];
    const both = await answer([table(packages)], intent(['kernel = 1', 'kernel = 2']), null, {
      multilib: true,
      installonly: ['kernel*'],
    });
    assert.deepEqual(both.sort(), ['kernel-1-1.x86_64', 'kernel-2-1.x86_64']);
  });

  it('files: a required path is looked up in file lists', async () => {
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { requires: ['/usr/bin/perl'] } },
      { nevra: 'perl-1-1.x86_64', files: ['/usr/bin/perl'] },
    ];
    assert.deepEqual(await solved(packages, 'a'), ['a-1-1.x86_64', 'perl-1-1.x86_64']);
  });

  it('rpmlib features are provided by the machine', async () => {
    const packages = [{ nevra: 'a-1-1.x86_64', relations: { requires: ['rpmlib(CompressedFileNames) <= 3.0.4-1'] } }];
    assert.deepEqual(await solved(packages, 'a'), ['a-1-1.x86_64']);
  });
});

describe('rules of rich dependencies', () => {
  const rich = (dependency: string): TestPackage[] => [
    { nevra: 'a-1-1.x86_64', relations: { requires: [dependency] } },
    ...['b', 'c', 'd'].map((name) => ({ nevra: `${name}-1-1.x86_64` })),
  ];
  const cases: [string, string[], string[]][] = [
    ['(b and c)', ['a'], ['a', 'b', 'c']],
    ['(c or b)', ['a'], ['a', 'b']],
    ['(b if c)', ['a'], ['a']],
    ['(b if c)', ['a', 'c'], ['a', 'b', 'c']],
    ['(b if nowhere else d)', ['a'], ['a', 'd']],
    ['(b if c else d)', ['a', 'c'], ['a', 'b', 'c']],
    ['(b unless c)', ['a'], ['a', 'b']],
    ['(b unless c else d)', ['a', 'c'], ['a', 'c', 'd']],
    ['((b and c) or nowhere)', ['a'], ['a', 'b', 'c']],
    ['(nowhere or (b and (c if d)))', ['a', 'd'], ['a', 'b', 'c', 'd']],
  ];
  for (const [dependency, install, expected] of cases) {
    it(`${dependency} with ${install.join(', ')}`, async () => {
      assert.deepEqual(
        await solved(rich(dependency), ...install),
        expected.map((name) => `${name}-1-1.x86_64`),
      );
    });
  }

  it('(b unless c) cannot hold with c', () => unsolvable(rich('(b unless c)'), 'a', 'c'));

  it('conflicts with a combination: each alone is fine', async () => {
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { conflicts: ['(b and c)'] } },
      { nevra: 'b-1-1.x86_64' },
      { nevra: 'c-1-1.x86_64' },
    ];
    assert.deepEqual(await solved(packages, 'a', 'b'), ['a-1-1.x86_64', 'b-1-1.x86_64']);
    await unsolvable(packages, 'a', 'b', 'c');
  });

  it('refuses a dependency with too many combinations, in bounded time', async () => {
    const pairs = Array.from({ length: 20 }, (_, i) => `(x${i} and y${i})`);
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { requires: [`(${pairs.join(' or ')})`] } },
      ...Array.from({ length: 20 }, (_, i) => [{ nevra: `x${i}-1-1.x86_64` }, { nevra: `y${i}-1-1.x86_64` }]).flat(),
    ];
    await assert.rejects(solved(packages, 'a'), { code: 'SOLVER_DEPENDENCY' });
  });

  it('takes ten thousand alternatives that obsolete things', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `n${i}`);
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { requires: [`(${names.join(' or ')})`] } },
      ...names.map((name) => ({ nevra: `${name}-1-1.x86_64`, relations: { obsoletes: ['old'], provides: ['v = 1'] } })),
    ];
    assert.deepEqual(await solved(packages, 'a'), ['a-1-1.x86_64', 'n0-1-1.x86_64']);
  });
});
