// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of treefiles look like that
import assert from 'node:assert/strict';
import { checkComposable } from '../../../../plugins/treefile/src/model/check.ts';
import type { Treefile } from '../../../../plugins/treefile/src/model/treefile.ts';
import { failureOf } from '../support/workspace.ts';

describe('treefile checkComposable', () => {
  const messages = (treefile: Treefile, origins = new Map<string, string>()) => {
    const error = failureOf(() => checkComposable(treefile, origins));
    return (error.problems.length > 0 ? error.problems : [error]).map(({ message }) => message);
  };

  for (const [treefile, message] of [
    [{ ref: 'a/${x}' }, '"a/${x}" cannot be the name of a ref'],
    [{ ref: 'a/../b' }, '"a/../b" cannot be the name of a ref'],
    [{ ref: '' }, '"" cannot be the name of a ref'],
    [{ 'remove-files': ['/usr/x'] }, 'remove-files cannot remove "/usr/x"'],
    [{ 'remove-files': ['usr/../x'] }, 'remove-files cannot remove "usr/../x"'],
    [{ 'remove-files': [''] }, 'remove-files cannot remove ""'],
    [{ 'remove-from-packages': [['a', '(']] }, '"(" is not a regular expression'],
    [{ units: ['../x'] }, '"../x" is not the name of a unit'],
    [{ units: ['a.service'], 'machineid-compat': false }, '"units" has no effect with machineid-compat: false'],
    [{ packages: ['a'], 'exclude-packages': ['a'] }, 'the package a is both requested and excluded'],
  ] as const) {
    it(`refuses ${JSON.stringify(treefile)}`, () => assert.deepEqual(messages(treefile), [message]));
  }

  it('reports all at once, with their places', () => {
    const origins = new Map([
      ['units', 'a.yaml:3'],
      ['packages/x', 'b.yaml:7'],
    ]);
    const treefile = { units: ['/'], packages: ['x'], 'exclude-packages': ['x'] };
    assert.deepEqual(messages(treefile, origins), [
      'a.yaml:3: "/" is not the name of a unit',
      'b.yaml:7: the package x is both requested and excluded',
    ]);
    assert.equal(failureOf(() => checkComposable(treefile, origins)).message, '2 mistakes in a.yaml and b.yaml.');
  });

  it('lets the rest pass', () => {
    checkComposable(
      { ref: 'a/x86_64/40-b.c', 'remove-files': ['usr/x'], units: ['a@b.service'], 'machineid-compat': true },
      new Map(),
    );
  });
});
