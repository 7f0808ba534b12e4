// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of treefiles look like that
import assert from 'node:assert/strict';
import { substitute, substituteFields, unresolved } from '../../../../plugins/treefile/src/model/variables.ts';

const variables = { a: 'x', n: 5, b: false };

describe('treefile variables', () => {
  it('replaces known ones by their text and leaves unknown ones', () => {
    assert.equal(substitute('${a}/${n}/${b}/${c}/$a/${', variables), 'x/5/false/${c}/$a/${');
    assert.deepEqual(unresolved('x/${c}/${d}'), ['c', 'd']);
  });

  it('does not read names of the prototype', () => {
    assert.equal(substitute('${constructor}', variables), '${constructor}');
  });

  it('replaces in the fields that rpm-ostree does and nowhere else', () => {
    const fields = {
      ref: '${a}',
      'automatic-version-prefix': '${n}',
      'mutate-os-release': '${n}',
      'platform-module': 'p:${a}',
      rojig: { name: '${a}', summary: '${a}', description: '${a}', license: '${a}' },
      metadata: { top: '${a}', deep: { inner: '${a}' }, number: 1 },
      'add-commit-metadata': { k: '${b}' },
      packages: ['${a}'],
      repos: ['${a}'],
      postprocess: ['echo ${a}'],
      'gpg-key': '${a}',
    };
    assert.deepEqual(substituteFields(fields, variables), {
      ref: 'x',
      'automatic-version-prefix': '5',
      'mutate-os-release': '5',
      'platform-module': 'p:x',
      rojig: { name: 'x', summary: 'x', description: 'x', license: '${a}' },
      metadata: { top: 'x', deep: { inner: '${a}' }, number: 1 },
      'add-commit-metadata': { k: 'false' },
      packages: ['${a}'],
      repos: ['${a}'],
      postprocess: ['echo ${a}'],
      'gpg-key': '${a}',
    });
  });
});
