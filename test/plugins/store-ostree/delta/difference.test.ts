import assert from 'node:assert/strict';
import { makePatch } from '../../../../plugins/store-ostree/src/codec/delta/bsdiff.ts';
import { applyPatch } from '../../../../plugins/store-ostree/src/codec/delta/bspatch.ts';
import { matchPieces } from '../../../../plugins/store-ostree/src/codec/delta/rollsum.ts';
import { sortSuffixes } from '../../../../plugins/store-ostree/src/codec/delta/suffix-array.ts';
import { CodecError } from '../../../../plugins/store-ostree/src/codec/errors.ts';
import { Random } from './support.ts';

function sorted(text: Buffer): number[] {
  return [...text.keys()].sort((a, b) => Buffer.compare(text.subarray(a), text.subarray(b)));
}

function patched(old: Uint8Array, patch: Uint8Array, size: number): Buffer {
  const source = {
    size: old.length,
    read: (buffer: Uint8Array, at: number) => buffer.set(old.subarray(at, at + buffer.length)),
  };
  const parts: Buffer[] = [];
  for (const piece of applyPatch(source, patch, size)) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

describe('sortSuffixes', () => {
  it('sorts the suffixes of small texts of few letters', () => {
    const random = new Random(1);
    for (let round = 0; round < 2000; round++) {
      const letters = 1 + random.below(4);
      const factor = round % 2 === 0 ? 1 : 60;
      const text = Buffer.from(Array.from({ length: random.below(50) }, () => random.below(letters) * factor));
      const places = new Int32Array(text.length);
      sortSuffixes(text, places);
      assert.deepEqual([...places], sorted(text));
    }
  });

  it('sorts runs, periods and random bytes', () => {
    const random = new Random(2);
    const texts = [
      Buffer.alloc(3000),
      Buffer.from('ab'.repeat(1500)),
      Buffer.from('abaab'.repeat(500)),
      random.bytes(5000),
      random.words(5000),
    ];
    for (const text of texts) {
      const places = new Int32Array(text.length);
      sortSuffixes(text, places);
      assert.deepEqual([...places], sorted(text));
    }
  });

  it('takes time in proportion to the text, whatever is in it', () => {
    for (const text of [Buffer.alloc(2_000_000), Buffer.from('ab'.repeat(1_000_000))]) {
      sortSuffixes(text, new Int32Array(text.length));
    }
  });
});

describe('makePatch', () => {
  it('gives patches that make the new file', () => {
    const random = new Random(3);
    for (let round = 0; round < 800; round++) {
      const letters = 1 + random.below(5);
      const text = () => Buffer.from(Array.from({ length: random.below(80) }, () => random.below(letters)));
      const [old, fresh] = [text(), text()];
      assert.deepEqual(patched(old, makePatch(old, fresh), fresh.length), fresh);
    }
  });

  it('finds what was moved, changed and put in', () => {
    const random = new Random(4);
    const old = random.bytes(120_000);
    const fresh = Buffer.concat([
      old.subarray(60_000, 90_000),
      random.bytes(300),
      old.subarray(0, 60_000).map((byte, at) => (at % 500 === 0 ? byte + 1 : byte)),
      old.subarray(90_000),
    ]);
    const patch = makePatch(old, fresh);
    assert.deepEqual(patched(old, patch, fresh.length), fresh);
    const unlike = patch.reduce((sum, byte) => sum + (byte === 0 ? 0 : 1), 0);
    assert.ok(unlike < 1000, `${unlike} bytes of the patch are not zero`);
  });
});

describe('applyPatch', () => {
  const old = Buffer.from('the quick brown fox');
  const fresh = Buffer.from('the slow brown fox and more');

  it('refuses patches that end early, go on or make too much', () => {
    const patch = makePatch(old, fresh);
    for (let length = 0; length < patch.length; length++) {
      assert.throws(() => patched(old, patch.subarray(0, length), fresh.length), CodecError);
    }
    assert.throws(() => patched(old, Buffer.concat([patch, Buffer.alloc(1)]), fresh.length), CodecError);
    assert.throws(() => patched(old, patch, fresh.length - 1), CodecError);
    assert.throws(() => patched(old, patch, fresh.length + 1), CodecError);
  });

  it('takes what is outside of the old file as zeros, and no numbers beyond sense', () => {
    const random = new Random(5);
    for (let round = 0; round < 5000; round++) {
      const patch = Buffer.from(makePatch(old, fresh));
      for (let change = 0; change < 1 + random.below(3); change++)
        patch[random.below(patch.length)] = random.below(256);
      try {
        assert.equal(patched(old, patch, fresh.length).length, fresh.length);
      } catch (error) {
        assert.ok(error instanceof CodecError);
      }
    }
  });
});

describe('matchPieces', () => {
  const random = new Random(6);
  const old = random.bytes(300_000);

  it('finds the pieces of a file of which the middle was changed', () => {
    const fresh = Buffer.concat([old.subarray(0, 150_000), random.bytes(777), old.subarray(150_100)]);
    const { matches, pieces, matching } = matchPieces(old, fresh);
    assert.ok(matching > pieces * 0.8, `${matching} of ${pieces}`);
    let end = 0;
    for (const { to, from, length } of matches) {
      assert.ok(to >= end);
      end = to + length;
      assert.ok(fresh.subarray(to, end).equals(old.subarray(from, from + length)));
    }
    assert.ok(end <= fresh.length);
    assert.ok(matches.length < 6, 'neighbours are joined');
  });

  it('finds all of a file that is the same, and nothing of one that begins otherwise', () => {
    assert.deepEqual(matchPieces(old, old).matches, [{ length: old.length, to: 0, from: 0 }]);
    assert.equal(matchPieces(old, Buffer.concat([Buffer.from([old[0]! ^ 1]), old.subarray(1)])).matching, 0);
    assert.equal(matchPieces(Buffer.alloc(0), old).matching, 0);
  });

  it('cuts what has no boundaries', () => {
    const zeros = Buffer.alloc(100_000);
    const { pieces, matching } = matchPieces(zeros, zeros);
    assert.equal(pieces, 4);
    assert.equal(matching, 4);
  });
});
