import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../../core/src/run/journal.ts';

describe('journal', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ostrata-journal-'));
    path = join(directory, 'journal.jsonl');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function written(): Journal {
    const journal = new Journal(directory);
    journal.append({ type: 'intend', id: 0, kind: 'a.x', data: { n: 1 } });
    journal.append({ type: 'intend', id: 1, kind: 'a.y', data: null });
    journal.append({ type: 'complete', id: 0 });
    journal.close();
    return journal;
  }

  it('is no file until something is written, and none after it was cleared', () => {
    const journal = new Journal(directory);
    assert.equal(journal.read(), null);
    assert.ok(!existsSync(path));
    written().clear();
    assert.ok(!existsSync(path));
  });

  it('tells what was intended, what is complete, and whether the swap had begun', () => {
    const journal = written();
    assert.deepEqual(journal.read(), {
      swapped: false,
      intentions: [
        { id: 0, kind: 'a.x', data: { n: 1 }, complete: true },
        { id: 1, kind: 'a.y', data: null, complete: false },
      ],
    });
    journal.append({ type: 'swap' });
    journal.close();
    assert.equal(journal.read()?.swapped, true);
  });

  it('cuts a torn last line off, wherever it was torn', () => {
    written();
    const whole = readFileSync(path);
    const lines = whole.toString().split('\n').length - 1;
    for (let length = 0; length <= whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length));
      const state = new Journal(directory).read();
      const complete = whole.subarray(0, length).toString().split('\n').length - 1;
      assert.ok(state !== null && complete <= lines);
      assert.equal(state.intentions.length, Math.min(complete, 2));
      assert.ok(readFileSync(path).length <= length);
      assert.ok(['', '\n'].includes(readFileSync(path).toString().slice(-1)));
    }
  });

  it('can be written on after a torn line', () => {
    const journal = written();
    appendFileSync(path, '{"type":"int');
    journal.read();
    journal.append({ type: 'swap' });
    journal.close();
    assert.equal(journal.read()?.swapped, true);
  });

  for (const damage of [
    'nonsense',
    '{"type":"other"}',
    '{"type":"intend","id":"0","kind":"a","data":1}',
    '[]',
    'null',
    '',
  ]) {
    it(`refuses ${damage || 'an empty line'} in the middle, with its number`, () => {
      written();
      writeFileSync(path, `${damage}\n${readFileSync(path, 'utf8')}`);
      assert.throws(() => new Journal(directory).read(), { code: 'JOURNAL_CORRUPT', data: { path, line: 1 } });
    });
  }
});
