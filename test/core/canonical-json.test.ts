import assert from 'node:assert/strict';
import { canonicalJson, type Json, jsonDigest } from '@ostrata/core';
import fc from 'fast-check';

describe('canonical JSON', () => {
  it('sorts keys by UTF-16 code units and leaves out white space', () => {
    assert.equal(
      canonicalJson({ b: [1, { d: 1, c: null }], a: 'x', '\u20ac': 1, A: true }),
      '{"A":true,"a":"x","b":[1,{"c":null,"d":1}],"\u20ac":1}',
    );
  });

  it('prints numbers as ECMAScript does', () => {
    assert.equal(canonicalJson([1e21, 0.000001, -0, 1.5]), '[1e+21,0.000001,0,1.5]');
  });

  it('leaves out members that are undefined, and refuses what JSON cannot say', () => {
    assert.equal(canonicalJson({ a: undefined } as unknown as Json), '{}');
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, () => {}, undefined, [undefined]]) {
      assert.throws(() => canonicalJson(value as unknown as Json), TypeError);
    }
  });

  it('is JSON of the same value, and one text whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as Json);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        assert.equal(canonicalJson(reversed(value as Json)), text);
      }),
    );
  });

  it('has a digest that is sha256 of the text', () => {
    assert.equal(jsonDigest({}), '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member as Json)]),
  );
}
