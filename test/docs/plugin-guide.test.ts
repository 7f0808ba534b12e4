import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as kit from '@ostrata/testkit';
import { ROOT } from '../support/shared.ts';

describe('docs/plugin-guide.md', () => {
  const text = readFileSync(join(ROOT, 'docs', 'plugin-guide.md'), 'utf8');

  it('shows the plugin and the test that are in examples/plugin', () => {
    for (const file of ['index.ts', 'index.test.ts']) {
      const code = readFileSync(join(ROOT, 'examples', 'plugin', file), 'utf8').trimEnd();
      assert.ok(text.includes(`\`\`\`ts\n${code}\n\`\`\``), file);
    }
  });

  it('names only what the testkit has', () => {
    for (const [, name] of text.matchAll(/`(\w+Conformance|schemaTable|treeDifferences|chaos)`/g)) {
      assert.ok(name !== undefined && name in kit, name);
    }
  });
});
