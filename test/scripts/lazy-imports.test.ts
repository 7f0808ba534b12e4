import assert from 'node:assert/strict';
import { lazyImports } from '../../scripts/bundle/lazy-imports.ts';

describe('lazyImports', () => {
  const ours = (specifier: string) => specifier === './piece-OURS.js';

  it('loads at the first use what is not there anyway, and once', () => {
    const code = lazyImports(
      'var import_node_os = require("node:os");\nmodule.exports = () => [new import_node_os.X(1).x, import_node_os.y];',
      ours,
    );
    let loads = 0;
    const run = new Function('require', 'module', code) as (load: () => object, module: { exports: unknown }) => void;
    const module = { exports: (): unknown => undefined };
    run(() => {
      loads++;
      return {
        X: class X {
          x = 1;
        },
        y: 2,
      };
    }, module);
    assert.equal(loads, 0);
    assert.deepEqual([module.exports(), module.exports(), loads], [[1, 2], [1, 2], 1]);
  });

  it('leaves what loads without cost, and modules of which nothing is known', () => {
    for (const specifier of ['node:fs', './piece-NPM.js', 'koffi']) {
      const code = `var import_x = require("${specifier}");\nimport_x.y;`;
      assert.equal(lazyImports(code, ours), code);
    }
    assert.match(lazyImports('var import_x = require("./piece-OURS.js");\nimport_x.y;', ours), /\?\?= require/);
  });
});
