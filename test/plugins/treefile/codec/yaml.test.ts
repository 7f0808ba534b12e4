import assert from 'node:assert/strict';
import { parseDocument } from '../../../../plugins/treefile/src/codec/document.ts';
import { DocumentError, nodeAt, toValue } from '../../../../plugins/treefile/src/codec/node.ts';
import { parseYaml } from '../../../../plugins/treefile/src/codec/yaml.ts';

const failure = (run: () => unknown): DocumentError => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof DocumentError, String(error));
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('treefile parseYaml', () => {
  it('reads scalars as the core schema of YAML 1.2 does', () => {
    const text = 'a: yes\nb: 0o17\nc: 1.5\nd: ~\ne: true\nf: "38"\ng: 38\nh: 2024-01-02';
    const expected = { a: 'yes', b: 15, c: 1.5, d: null, e: true, f: '38', g: 38, h: '2024-01-02' };
    assert.deepEqual(toValue(parseYaml(text)), expected);
  });

  it('takes an empty document for an empty map', () => {
    assert.deepEqual(toValue(parseYaml('# nothing\n')), {});
  });

  it('knows where each value stands', () => {
    const root = parseYaml('a:\n  - x\n  - y: [1, 2]\n');
    assert.deepEqual(nodeAt(root, ['a', 1, 'y', 1]).at, { line: 3, column: 12 });
  });

  it('expands aliases', () => {
    assert.deepEqual(toValue(parseYaml('a: &x [1]\nb: *x\nc: [*x, *x]')), { a: [1], b: [1], c: [[1], [1]] });
  });

  it('keeps a key named __proto__ a key', () => {
    const value = toValue(parseYaml('__proto__: 1')) as object;
    assert.deepEqual(Object.keys(value), ['__proto__']);
  });

  for (const [name, text, message, line] of [
    ['duplicate keys', 'a: 1\nb: 2\na: 3', /unique/, 3],
    ['tags of its own', 'a: !include x', /tag/, 1],
    ['keys that are no text', 'a:\n  [x, y]: 1', /plain string/, 2],
    ['an alias without anchor', 'a: *x', /alias/, 1],
    ['an alias within its own anchor', 'a: &x\n  b: *x', /contains itself/, 2],
    ['a second document', 'a: 1\n---\nb: 2', /multiple documents/, 2],
    ['numbers that lose digits', 'a: 12345678901234567890', /too large to be exact/, 1],
    ['no YAML at all', 'a: [1\nb: }', /./, 2],
  ] as const) {
    it(`refuses ${name}`, () => {
      const error = failure(() => parseYaml(text));
      assert.equal(error.code, 'SYNTAX');
      assert.match(error.problems[0]?.message ?? '', message);
      assert.equal(error.problems[0]?.at.line, line);
    });
  }

  it('reports every syntax problem at once', () => {
    assert.ok(failure(() => parseYaml('a: 1\na: 2\nb: 1\nb: 2')).problems.length >= 2);
  });

  it('stops at an alias bomb', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    }
    const started = performance.now();
    const error = failure(() => parseYaml(lines.join('\n')));
    assert.equal(error.code, 'TOO_LARGE');
    assert.match(error.message, /more than 500000 values/);
    assert.ok(performance.now() - started < 10_000);
  });

  it('stops at nesting without end', () => {
    for (const depth of [100, 100_000]) {
      assert.equal(failure(() => parseYaml('['.repeat(depth) + ']'.repeat(depth))).code, 'TOO_LARGE');
    }
  });

  it('stops at huge documents', () => {
    assert.equal(failure(() => parseDocument(' '.repeat(9 * 1024 * 1024), 'yaml')).code, 'TOO_LARGE');
  });
});
