import assert from 'node:assert/strict';
import { hostOf, plugin, thrown } from '../support.ts';

async function orderOf(...entries: readonly [name: string, ...after: string[]][]): Promise<string> {
  const host = await hostOf(entries.map(([name, ...after]) => plugin(name, () => {}, { after })));
  return host
    .inspect()
    .plugins.map(({ name }) => name)
    .join(' ');
}

describe('order', () => {
  it('is the order of the list, where nobody asks otherwise', async () => {
    assert.equal(await orderOf(['c'], ['a'], ['b']), 'c a b');
  });

  it('puts a plugin after the loaded ones it names, and moves nothing else', async () => {
    assert.equal(await orderOf(['a', 'c'], ['b'], ['c']), 'c a b');
    assert.equal(await orderOf(['a', 'c', 'd'], ['b'], ['c', 'd'], ['d']), 'd c a b');
    assert.equal(await orderOf(['a', 'absent'], ['b']), 'a b');
  });

  it('names the circle', async () => {
    const error = await thrown(orderOf(['x'], ['a', 'b'], ['b', 'c'], ['c', 'a']));
    assert.equal(error.code, 'PLUGIN_ORDER_CYCLE');
    assert.deepEqual(error.data['cycle'], ['a', 'b', 'c', 'a']);
    assert.match((await thrown(orderOf(['a', 'a']))).message, /a after a/);
  });
});
