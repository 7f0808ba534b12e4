import assert from 'node:assert/strict';
import type { ProgressEvent } from '@ostrata/core';
import sinon from 'sinon';
import { Events } from '../../../core/src/run/progress.ts';

const ORIGIN = { stage: null, hook: null, plugin: 'a' };

describe('progress', () => {
  it('tells listeners of a task at most ten times a second, and always of its last state', () => {
    const clock = sinon.useFakeTimers({ toFake: ['performance'] });
    try {
      const events: ProgressEvent[] = [];
      const task = new Events((event) => events.push(event))
        .progressFor(ORIGIN)
        .task('Work', { unit: 'items', total: 5000 });
      for (let done = 1; done <= 5000; done += 1) {
        clock.tick(1);
        task.advance(done);
      }
      clock.tick(1);
      task.advance(5001);
      task.end();
      task.end('failed');
      task.advance(1);
      const advances = events.filter((event) => event.type === 'task-advance');
      assert.ok(advances.length >= 50 && advances.length <= 52, `${advances.length}`);
      assert.equal(advances.at(-1)?.done, 5001);
      assert.deepEqual(events.at(-1), { type: 'task-end', task: 1, result: 'done', detail: null });
    } finally {
      clock.restore();
    }
  });

  it('numbers tasks, corrects totals, and takes no listener', () => {
    const events: ProgressEvent[] = [];
    const progress = new Events((event) => events.push(event)).progressFor(ORIGIN);
    progress.task('one');
    const two = progress.task('two');
    two.setTotal(9);
    two.advance(3, 'x');
    assert.deepEqual(events.at(-1), { type: 'task-advance', task: 2, done: 3, total: 9, detail: 'x' });
    new Events(undefined).progressFor(ORIGIN).message('unheard');
  });
});
