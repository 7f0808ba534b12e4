// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of treefiles look like that
import assert from 'node:assert/strict';
import { HostError } from '@ostrata/core';
import fc from 'fast-check';
import { checkComposable } from '../../../plugins/treefile/src/model/check.ts';
import { FIELDS, LEGACY_NAMES } from '../../../plugins/treefile/src/model/fields.ts';
import { commitMetadata } from '../../../plugins/treefile/src/request/metadata.ts';
import { refuseUnsupported } from '../../../plugins/treefile/src/request/unsupported.ts';
import { Workspace } from './support/workspace.ts';

const keys = fc.constantFrom(
  ...Object.keys(FIELDS),
  ...Object.keys(LEGACY_NAMES),
  'packages-x86_64',
  'unknown',
  '__proto__',
);
const names = fc.constantFrom('a', 'b c', "'d", '', '..', '/usr/x', '${v}', '\u0000', 'type', 'file');
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    names,
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom('type', 'filename', 'entries', 'repo', 'packages', 'if', 'include', 'name', 'x'),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
})).value;

describe('treefile on arbitrary input', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
  });
  afterEach(() => workspace.remove());

  const survives = (name: string): void => {
    try {
      const flattened = workspace.flatten(name);
      commitMetadata(flattened.treefile);
      checkComposable(flattened.treefile, flattened.origins);
      refuseUnsupported(flattened);
    } catch (error) {
      assert.ok(error instanceof HostError, String((error as Error).stack));
      for (const problem of error.problems) assert.ok(problem instanceof HostError);
    }
  };

  it('takes or refuses any values of any fields', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, values), { maxLength: 4 }), (entries) => {
        const text = entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join('\n');
        workspace.write('a.yaml', text);
        survives('a.yaml');
        workspace.write('a.json', `{${text.replaceAll('\n', ',')}}`);
        survives('a.json');
      }),
      { numRuns: 400 },
    );
  });

  it('takes or refuses any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.constantFrom('yaml', 'json', 'ks'),
        (text, format) => {
          workspace.write(`a.${format}`, text);
          survives(`a.${format}`);
        },
      ),
      { numRuns: 300 },
    );
  });
});
