import assert from 'node:assert/strict';
import { components } from '../../../../plugins/solver-sat/src/order/components.ts';
import { answer, intent, type TestPackage, table } from '../support/tables.ts';

async function order(packages: readonly TestPackage[], ...install: string[]): Promise<string> {
  return (await answer([table(packages)], intent(install))).map((nevra) => nevra[0]).join('');
}

const pkg = (name: string, ...requires: string[]): TestPackage => ({
  nevra: `${name}-1-1.x86_64`,
  relations: { requires },
});

describe('installation order', () => {
  it('puts requirements first', async () => {
    assert.equal(await order([pkg('a', 'b', 'c'), pkg('b', 'c'), pkg('c')], 'a'), 'cba');
  });

  it('breaks a circle at a requirement that no script needs', async () => {
    assert.equal(await order([pkg('a', 'pre:b'), pkg('b', 'a')], 'a'), 'ba');
    assert.equal(await order([pkg('a', 'b'), pkg('b', 'pre:a')], 'a'), 'ab');
  });

  it('breaks a circle at a recommendation rather than at a requirement', async () => {
    const packages = [pkg('a', 'b'), { nevra: 'b-1-1.x86_64', relations: { recommends: ['a'] } }];
    assert.equal(await order(packages, 'a'), 'ba');
  });

  it('counts the parts of rich dependencies', async () => {
    assert.equal(await order([pkg('a', '(b if c)'), pkg('b'), pkg('c')], 'a', 'c'), 'bac');
  });

  it('puts what is outside of a circle before it', async () => {
    assert.equal(await order([pkg('a', 'b'), pkg('b', 'a', 'z'), pkg('z')], 'a'), 'zab');
  });

  it('is the same for the same input', async () => {
    const packages = [...'abcdefgh'].map((name, i, all) => pkg(name, all[(i * 3 + 1) % 8]!, all[(i * 5 + 2) % 8]!));
    const first = await order(packages, ...'abcdefgh');
    assert.equal(await order(packages, ...'abcdefgh'), first);
    assert.equal([...first].sort().join(''), 'abcdefgh');
  });
});

describe('components', () => {
  const edges: Record<number, number[]> = { 0: [1], 1: [2], 2: [0, 3], 3: [4], 4: [], 5: [5, 3] };

  it('come after all that they lead to', () => {
    assert.deepEqual(
      components(6, (node) => edges[node]!),
      [[4], [3], [0, 1, 2], [5]],
    );
  });

  it('of a very long chain need no deep stack', () => {
    const n = 100_000;
    const chain = components(n, (node) => (node + 1 < n ? [node + 1] : []));
    assert.equal(chain.length, n);
    assert.deepEqual(chain[0], [n - 1]);
  });
});
