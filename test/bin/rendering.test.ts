import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { HostError } from '@ostrata/core';
import { failureData, renderFailure } from '../../bin/src/render/failure.ts';
import { ProgressBars } from '../../bin/src/render/progress-bars.ts';
import { ProgressLines } from '../../bin/src/render/progress-lines.ts';
import { styleFor } from '../../bin/src/render/style.ts';
import { formatBytes, formatSeconds, table } from '../../bin/src/render/units.ts';

const plain = styleFor({ isTTY: false }, {});

describe('rendering', () => {
  it('shows an error as sentence, problems, origin and hint', () => {
    const inner = new HostError('B', 'b is wrong.', { hint: 'Mend b.' });
    const error = new HostError('A', 'Two things are wrong.', {
      problems: [inner, new HostError('C', 'c is wrong.')],
      hint: 'Mend them.',
    });
    error.origin = { stage: 'fetch', hook: 'fetch.verify', plugin: 'some-plugin' };
    const text = renderFailure(error, plain);
    assert.match(
      text,
      /^error: Two things are wrong\. \[A\]\n {2}- b is wrong\.\n {4}\(Mend b\.\)\n {2}- c is wrong\.\n/,
    );
    assert.match(text, /in plugin some-plugin, hook fetch\.verify\n/);
    assert.match(text, /hint: {2}Mend them\.\n$/);
    const data = failureData(error) as { code: string; problems: { code: string }[]; origin: object };
    assert.deepEqual([data.code, data.problems.map(({ code }) => code)], ['A', ['B', 'C']]);
  });

  it('says a problem that is the whole error once', () => {
    const text = renderFailure(
      new HostError('A', 'a is wrong.', { problems: [new HostError('B', 'a is wrong.')] }),
      plain,
    );
    assert.equal(text, 'error: a is wrong. [A]\n');
  });

  it('shows the last lines of a program that failed', () => {
    const output = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const text = renderFailure(new HostError('A', 'It failed: line 19', { data: { output } }), plain);
    assert.match(text, /\[A\]\n {2}\| line 5\n/);
    assert.match(text, / {2}\| line 19\n$/);
    assert.ok(!renderFailure(new HostError('A', 'It failed: x', { data: { output: ['x'] } }), plain).includes('|'));
  });

  it('shows what is no HostError as a defect with its stack', () => {
    assert.match(renderFailure(new TypeError('oops'), plain), /defect\nTypeError: oops\n {4}at /);
  });

  it('colours only a terminal, and obeys NO_COLOR', () => {
    assert.equal(styleFor({ isTTY: true }, {}).red('x'), '\u001b[31mx\u001b[0m');
    assert.equal(styleFor({ isTTY: true }, { NO_COLOR: '1' }).red('x'), 'x');
    assert.equal(styleFor({ isTTY: false }, {}).red('x'), 'x');
    assert.equal(styleFor({ isTTY: true }, { TERM: 'dumb' }).red('x'), 'x');
  });

  it('writes a line a finished task to a log, without control characters', () => {
    let out = '';
    let now = 0;
    const lines = new ProgressLines(
      (text) => {
        out += text;
      },
      { clock: () => now },
    );
    lines.event({ type: 'task-begin', task: 1, title: 'Importing', unit: 'items', total: 2 });
    lines.event({ type: 'task-advance', task: 1, done: 1, total: 2, detail: null });
    now = 1500;
    lines.event({ type: 'task-end', task: 1, result: 'done', detail: '2 packages' });
    lines.event({ type: 'message', level: 'debug', text: 'hidden', source: null });
    lines.event({ type: 'message', level: 'info', text: 'hello', source: 'pkg.post' });
    lines.event({ type: 'warning', code: 'W', text: 'Careful.', hint: 'Look.', origin: null });
    assert.equal(out, 'Importing: 2 packages (1.5 s)\npkg.post: hello\nwarning: Careful. [W]\nhint: Look.\n');
  });

  it('draws bars on a terminal, the time of what is not counted, and puts the cursor back', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
    const bars = new ProgressBars(stream as unknown as NodeJS.WriteStream, plain);
    bars.event({ type: 'task-begin', task: 1, title: `Importing ${'x'.repeat(60)}`, unit: 'items', total: 4 });
    bars.event({ type: 'task-begin', task: 2, title: 'Writing', unit: null, total: null });
    bars.event({ type: 'task-advance', task: 1, done: 2, total: 4, detail: 'y'.repeat(200) });
    bars.event({ type: 'message', level: 'info', text: 'hello', source: 'pkg.post' });
    const drawn = String(stream.read());
    bars.event({ type: 'task-end', task: 1, result: 'done', detail: null });
    bars.event({ type: 'task-end', task: 2, result: 'failed', detail: null });
    bars.close();
    const end = String(stream.read());
    const lines = stripVTControlCharacters(drawn).split(/[\r\n]+/);
    assert.ok(drawn.includes('\u001b[?7l') || lines.every((line) => line.length <= 80), 'nothing wraps');
    assert.ok(
      lines.some((line) => /^Importing x+ \u2588{12}\u2591{12} 2\/4 y+/.test(line)),
      drawn,
    );
    assert.ok(
      lines.some((line) => /^Writing +0s/.test(line)),
      drawn,
    );
    assert.ok(
      lines.some((line) => line.startsWith('pkg.post: hello')),
      drawn,
    );
    assert.ok(drawn.includes('\u001b[?25l'));
    assert.ok(end.includes('\u001b[?25h'));
    assert.match(end, /\u2717 Writing/);
  });

  it('formats sizes, times and tables', () => {
    assert.deepEqual([0, 999, 1000, 1_550_000, 2e12].map(formatBytes), ['0 B', '999 B', '1.0 kB', '1.6 MB', '2.0 TB']);
    assert.deepEqual([0.42, 12, 125].map(formatSeconds), ['0.4 s', '12 s', '2 min 5 s']);
    assert.equal(
      table(
        [
          ['a', '1'],
          ['bbb', '22'],
        ],
        [1],
      ),
      'a     1\nbbb  22',
    );
  });
});
