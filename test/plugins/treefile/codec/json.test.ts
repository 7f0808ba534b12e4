import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseJson } from '../../../../plugins/treefile/src/codec/json.ts';
import { DocumentError, nodeAt, toValue } from '../../../../plugins/treefile/src/codec/node.ts';

const problem = (text: string) => {
  try {
    parseJson(text);
  } catch (error) {
    assert.ok(error instanceof DocumentError, String(error));
    return error.problems[0];
  }
  return undefined;
};

describe('treefile parseJson', () => {
  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value, null, 1);
        fc.pre(!/\d{16}/.test(text));
        assert.equal(JSON.stringify(toValue(parseJson(text))), JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('lets comments of both kinds stand between tokens', () => {
    const text = '// head\n{ /* a */ "a" /* b */ : 1, // end\n "b": ["/* no */"] }\n/* tail */';
    assert.deepEqual(toValue(parseJson(text)), { a: 1, b: ['/* no */'] });
  });

  it('knows where each value stands', () => {
    const root = parseJson('{\n  "a": [1,\n    true]\n}');
    assert.deepEqual(nodeAt(root, ['a', 1]).at, { line: 3, column: 5 });
  });

  for (const [text, message, line, column] of [
    ['{"a": 1,}', 'a comma must be followed by another member', 1, 9],
    ['{"a": 1 "b"}', '"}" must stand here', 1, 9],
    ['{"a": 1}\n}', 'unexpected text after the end of the document', 2, 1],
    ['{"a": 1, "a": 2}', 'the key "a" stands here a second time', 1, 10],
    ['{"a": "\n"}', 'a control character in a string', 1, 8],
    ['{"a": "\\x"}', 'an unknown escape in a string', 1, 8],
    ['{"a": "', 'the string does not end', 1, 8],
    ['[01]', '"]" must stand here', 1, 3],
    ['[12345678901234567890]', 'the number is too large to be exact', 1, 22],
    ["{'a': 1}", 'a key in double quotes must stand here', 1, 2],
    ['', 'the text ends where a value must stand', 1, 1],
    ['/* open', 'no value starts here', 1, 1],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.deepEqual(problem(text), { message, at: { line, column } });
    });
  }

  it('refuses nesting without end', () => {
    assert.match(problem('['.repeat(100_000))?.message ?? '', /nested deeper than 64/);
  });
});
