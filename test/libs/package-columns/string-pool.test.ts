import assert from 'node:assert/strict';
import { StringPool } from '@ostrata/package-columns';
import fc from 'fast-check';

describe('StringPool', () => {
  it('gives one number to equal strings, counting up from the empty one', () => {
    const pool = new StringPool();
    assert.equal(pool.internText(''), 0);
    assert.equal(pool.internText('a'), 1);
    assert.equal(pool.internText('grün'), 2);
    assert.equal(pool.internText('a'), 1);
    assert.equal(pool.count, 3);
    assert.deepEqual([pool.text(0), pool.text(1), pool.text(2)], ['', 'a', 'grün']);
    assert.throws(() => pool.text(3), RangeError);
  });

  it('behaves as a map does, through growth and copies', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 3000 }), (texts) => {
        const known = new Map([['', 0]]);
        let pool = new StringPool();
        for (const [n, text] of texts.entries()) {
          if (!known.has(text)) {
            assert.equal(pool.findText(text), -1);
            known.set(text, known.size);
          }
          assert.equal(pool.internText(text), known.get(text));
          if (n % 500 === 250) pool = new StringPool({ bytes: pool.bytes, offsets: pool.offsets }, pool.index);
          if (n % 500 === 499) pool = new StringPool({ bytes: pool.bytes, offsets: pool.offsets });
        }
        for (const [text, id] of known) {
          assert.equal(pool.text(id), text);
          assert.equal(pool.findText(text), id);
        }
      }),
      { numRuns: 20, seed: 5 },
    );
  });

  it('leaves the pool alone that it was made from', () => {
    const first = new StringPool();
    first.internText('one');
    const second = new StringPool(first);
    const third = new StringPool(first);
    assert.equal(second.internText('two'), 2);
    assert.equal(third.internText('three'), 2);
    assert.equal(first.internText('four'), 2);
    assert.deepEqual([first.findText('two'), second.findText('three'), third.findText('four')], [-1, -1, -1]);
    assert.deepEqual([first.text(2), second.text(2), third.text(2)], ['four', 'two', 'three']);
  });

  it('adds strings without looking for them', () => {
    const pool = new StringPool();
    const bytes = Buffer.from('x'.repeat(100));
    assert.equal(pool.append(bytes, 0, 100), 1);
    assert.equal(pool.append(bytes, 0, 100), 2);
    assert.ok(pool.isEqual(1, bytes, 0, 100));
    assert.ok(!pool.isEqual(1, bytes, 0, 99));
  });
});
