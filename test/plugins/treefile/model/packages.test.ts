import assert from 'node:assert/strict';
import { splitPackages } from '../../../../plugins/treefile/src/model/packages.ts';

describe('treefile splitPackages', () => {
  for (const [entry, expected] of [
    ['foobar', ['foobar']],
    ['foobar quuz\tcorge', ['foobar', 'quuz', 'corge']],
    ["'foobar >= 1.0'", ['foobar >= 1.0']],
    ["'foobar >= 1.0' 'quuz < 0.5'", ['foobar >= 1.0', 'quuz < 0.5']],
    ["corge 'foobar >= 1.1' baz", ['corge', 'foobar >= 1.1', 'baz']],
    ['foobar >= 1.0', ['foobar', '>=', '1.0']],
    ['  ', []],
    ['', []],
  ] as const) {
    it(JSON.stringify(entry), () => assert.deepEqual(splitPackages(entry), expected));
  }

  for (const entry of ["foobar >= 1.0'", "'foobar >= 1.0 baz", "'foobar >= 1.0' quuz' corge"]) {
    it(`${entry} has a quote without end`, () => assert.equal(splitPackages(entry), null));
  }
});
