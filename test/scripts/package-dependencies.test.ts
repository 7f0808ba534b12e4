import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { productionDependencies } from '../../scripts/package-dependencies.ts';
import { ROOT } from '../support/shared.ts';

describe('productionDependencies', () => {
  const found = productionDependencies(ROOT, 'bin');
  const names = found.map(({ name }) => name);

  it('has what the command line and its plugins import, and what that needs', () => {
    for (const name of ['@oclif/core', 'cosmiconfig', 'tapable', 'koffi', 'got', 'keyv'])
      assert.ok(names.includes(name), name);
    for (const { path } of found) assert.ok(existsSync(join(ROOT, path)), path);
  });

  it('has nothing that is for developers, for other runtimes, or of the project itself', () => {
    for (const name of ['typescript', 'mocha', 'sinon', 'node', 'bare-fs', '@types/node', '@ostrata/core']) {
      assert.ok(!names.includes(name), name);
    }
  });
});
