import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ChecksumSet } from '../../../plugins/store-ostree/src/repo/checksum-set.ts';
import { ChecksumStack } from '../../../plugins/store-ostree/src/repo/checksum-stack.ts';

describe('Sets and stacks of checksums', () => {
  const ids = Array.from({ length: 5000 }, (_, n) => createHash('sha256').update(`${n}`).digest('hex'));

  it('have what was added, once, however many there are', () => {
    const set = new ChecksumSet();
    // As numbers, the last two differ in the last byte only, and one has the zeros of memory that is not used.
    const odd = ['0'.repeat(64), `${'f'.repeat(63)}0`, `${'f'.repeat(63)}1`];
    for (const id of [...ids.slice(0, 4000), ...odd]) assert.equal(set.add(id), true);
    for (const id of [...ids.slice(0, 4000), ...odd]) assert.equal(set.add(id), false);
    assert.equal(set.size, 4003);
    assert.ok(ids.every((id, n) => set.has(id) === n < 4000));
    assert.ok(odd.every((id) => set.has(id)));
    assert.equal(new ChecksumSet().has('0'.repeat(64)), false);
  });

  it('refuse what is none', () => {
    const set = new ChecksumSet();
    for (const text of ['', 'ab', 'x'.repeat(64), ids[0]!.slice(1)]) {
      assert.equal(set.has(text), false);
      assert.throws(() => set.add(text), TypeError);
      assert.throws(() => new ChecksumStack().push(text), TypeError);
    }
    assert.equal(set.size, 0);
  });

  it('give the last one first', () => {
    const stack = new ChecksumStack();
    for (const id of ids) stack.push(id);
    assert.deepEqual(
      ids.map(() => stack.pop()),
      ids.toReversed(),
    );
    assert.equal(stack.pop(), undefined);
    stack.push(ids[3]!);
    assert.equal(stack.pop(), ids[3]);
  });
});
