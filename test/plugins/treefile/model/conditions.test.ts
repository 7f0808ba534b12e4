import assert from 'node:assert/strict';
import { evaluate, parseCondition } from '../../../../plugins/treefile/src/model/conditions.ts';

const variables = { releasever: 35, stream: 'stable', empty: '', prod: true };

const holds = (text: string) => {
  const condition = parseCondition(text);
  return typeof condition === 'string' ? condition : evaluate(condition, variables);
};

describe('treefile conditions', () => {
  for (const [text, expected] of [
    ['releasever == 35', true],
    ['releasever != 35', false],
    ['releasever < 35', false],
    ['releasever <= 35', true],
    ['releasever > 34', true],
    ['releasever>=36', false],
    ['stream == "stable"', true],
    ['stream != "stable"', false],
    ['  empty ==""  ', true],
    ['prod == true', true],
    ['prod != true', false],
    ['prod == false', false],
  ] as const) {
    it(`${text} is ${expected}`, () => assert.equal(holds(text), expected));
  }

  for (const [text, message] of [
    ['garbage', /a condition is/],
    ['prod == maybe', /a condition is/],
    ['prod is true', /must be one of == != < <= > >=, not is/],
    ['nothing == 1', /nothing is not defined/],
    ['releasever == "35"', /is a number and is compared with a string/],
    ['prod == 1', /is a boolean and is compared with a number/],
    ['stream > "a"', /> compares numbers only/],
    ['prod >= true', />= compares numbers only/],
    ['toString == 1', /not defined/],
    ['releasever == 99999999999999999999', /too large/],
  ] as const) {
    it(`${text} is a mistake`, () => {
      const result = holds(text);
      assert.match(String(result), message);
      assert.equal(typeof result, 'string');
    });
  }
});
