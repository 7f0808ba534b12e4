import assert from 'node:assert/strict';
import { EvrOrder, FEWER, MORE } from '../../../../plugins/solver-sat/src/version/evr.ts';
import { compare } from '../support/tables.ts';

describe('EvrOrder', () => {
  const texts = ['', '1', '1-1', '1-2', '2', '1:1-1', '0:1-1', '1~rc1-1', '1-'];
  const order = new EvrOrder((id) => texts[id]!, compare);
  const id = (text: string) => texts.indexOf(text);

  it('compares epoch, version and release in this order', () => {
    assert.equal(order.compare(id('1-1'), id('1-2')), -1);
    assert.equal(order.compare(id('2'), id('1-2')), 1);
    assert.equal(order.compare(id('1:1-1'), id('2')), 1);
    assert.equal(order.compare(id('1~rc1-1'), id('1-1')), -1);
  });

  it('takes a missing epoch as 0', () => assert.equal(order.compare(id('0:1-1'), id('1-1')), 0));

  it('puts a missing release below any other', () => {
    assert.equal(order.compare(id('1'), id('1-1')), -1);
    assert.equal(order.compare(id('1-1'), id('1')), 1);
  });

  it('matches without a release whatever the release is, and says which side has none', () => {
    assert.equal(order.match(id('1'), id('1-1')), FEWER);
    assert.equal(order.match(id('1-1'), id('1')), MORE);
    assert.equal(order.match(id('1-'), id('1')), 0);
    assert.equal(order.match(id('1-2'), id('1-1')), 1);
  });
});
