import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOOKS } from '@ostrata/core';
import { ROOT } from '../support/shared.ts';

describe('docs/hooks.md', () => {
  const text = readFileSync(join(ROOT, 'docs', 'hooks.md'), 'utf8');

  it('has a section for every hook, in the order of the lifecycle, with its kind', () => {
    const shown = [...text.matchAll(/^### `([a-z.]+)` \((\w+):/gm)].map(([, name, kind]) => [name, kind]);
    assert.deepEqual(
      shown,
      Object.entries(HOOKS).map(([name, { kind }]) => [name, kind]),
    );
  });

  it('says of every hook who taps it', () => {
    for (const section of text.split(/^### /m).slice(1))
      assert.match(section, /\*Taps: [^*]+\*/, section.split('\n')[0]);
  });
});
