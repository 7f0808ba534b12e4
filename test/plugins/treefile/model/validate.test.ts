// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of treefiles look like that
import assert from 'node:assert/strict';
import { parseDocument } from '../../../../plugins/treefile/src/codec/document.ts';
import { validateTreefile } from '../../../../plugins/treefile/src/model/validate.ts';

const check = (text: string, format: 'yaml' | 'json' = 'yaml') => {
  const { problems, warnings } = validateTreefile(parseDocument(text, format), 'f', format);
  return {
    problems: problems.map(({ code, message }) => `${code} ${message}`),
    hints: problems.map(({ hint }) => hint),
    warnings: warnings.map(({ message }) => message),
    data: problems.map(({ data }) => data),
  };
};

describe('treefile validateTreefile', () => {
  it('reports all mistakes of a file at once, each with line and column', () => {
    const text = ['ref: 5', 'pakages: [a]', 'packages:', '  - a', '  - 7', 'recommends: "no"', 'edition: 2014'].join(
      '\n',
    );
    assert.deepEqual(check(text).problems, [
      'TREEFILE_TYPE f:1:6: "ref" must be a string, and this is a number',
      'TREEFILE_UNKNOWN_KEY f:2:1: unknown key "pakages"',
      'TREEFILE_TYPE f:5:5: "packages[1]" must be a string, and this is a number',
      'TREEFILE_TYPE f:6:13: "recommends" must be true or false, and this is a string',
      'TREEFILE_TYPE f:7:10: "edition" must be one of "2014", "2024", and this is a number',
    ]);
    assert.deepEqual(check(text).data[1], { file: 'f', line: 2, column: 1 });
  });

  it('suggests what a mistyped key may be', () => {
    assert.equal(check('pakages: []').hints[0], 'Did you mean "packages"?');
    assert.equal(check('install_langs: [a]').hints[0], 'Did you mean "install-langs"?');
    assert.equal(check('tmp_is_dir: true').hints[0], 'Did you mean "tmp-is-dir"?');
    assert.match(check('frobnicate: 1').hints[0] ?? '', /docs\/treefile\.md/);
  });

  it('only warns of unknown keys in JSON, where rpm-ostree lets them pass', () => {
    const found = check('{"comment": "x",\n "ref": "a"}', 'json');
    assert.deepEqual(found.problems, []);
    assert.deepEqual(found.warnings, ['f:1:2: unknown key "comment"']);
  });

  it('warns of unknown keys below fields, and of each missing one', () => {
    const found = check(
      'repo-packages:\n  - {repo: a, packages: [], x: 1}\n  - {}\nrojig: {name: a, summary: b, license: c, d: 1}',
    );
    assert.deepEqual(found.problems, [
      'TREEFILE_TYPE f:3:5: "repo-packages[1]" lacks the key "repo"',
      'TREEFILE_TYPE f:3:5: "repo-packages[1]" lacks the key "packages"',
    ]);
    assert.deepEqual(found.warnings, [
      'f:2:29: "repo-packages[0].x" is an unknown key',
      'f:4:42: "rojig.d" is an unknown key',
    ]);
  });

  it('takes keys without a value for absent', () => {
    assert.deepEqual(check('packages:\nref: ~\nrecommends: null').problems, []);
  });

  for (const [text, problem] of [
    ['- a', 'f:1:1: a treefile must be a map, and this is a list'],
    ['packages-hal9000: true', 'f:1:19: "packages-hal9000" must be a list, and this is a boolean'],
    ['packages-hal9000:\n  - 12', 'f:2:5: "packages-hal9000[0]" must be a string, and this is a number'],
    ["packages: ['''a >= 1']", 'f:1:12: a single quote has no end in "\'a >= 1"'],
    ['gpg-key: a\ngpg_key: b', 'f:2:1: "gpg_key" is the old name of "gpg-key", and both are there'],
    ['boot-location: both', 'f:1:16: "boot-location" must be one of "new", "modules", "kernel-install"'],
    ['variables: {basearch: x}', 'f:1:13: the variable "basearch" is reserved'],
    ['variables:\n  releasever: 1', 'f:2:3: the variable "releasever" is reserved'],
    [
      'variables: {a: 1.5}',
      'f:1:16: "variables.a" must be true or false or a whole number or a string, and this is a number',
    ],
    ['variables: {a: -1}', 'f:1:16: "variables.a" must not be negative'],
    ['variables: {a: "${b}"}', 'f:1:13: names and values of variables must not contain $, { or }'],
    ['releasever: [1]', 'f:1:13: "releasever" must be a whole number or a string, and this is a list'],
    ['add-files: [[a, /usr/b, c]]', 'f:1:13: "add-files[0]" must have 2 entries'],
    ['remove-from-packages: [[]]', 'f:1:24: "remove-from-packages[0]" must have at least 1 entries'],
    ['check-passwd: {type: file}', 'f:1:15: "check-passwd" lacks the key "filename"'],
    ['check-passwd: {type: data}', 'f:1:15: "check-passwd" lacks the key "entries"'],
    ['check-passwd: {}', 'f:1:15: "check-passwd" lacks the key "type"'],
    ['check-passwd: {type: magic}', 'f:1:22: "check-passwd.type" must be one of "none", "previous", "file", "data"'],
    [
      'check-passwd: {type: data, entries: {a: [1, 2, 3]}}',
      'f:1:41: "check-passwd.entries.a" must have 1 or 2 entries',
    ],
    [
      'check-groups: {type: data, entries: {a: x}}',
      'f:1:41: "check-groups.entries.a" must be a whole number, and this is a string',
    ],
    ['rojig: {name: a, summary: b}', 'f:1:8: "rojig" lacks the key "license"'],
    ['repo-packages: [{repo: a}]', 'f:1:17: "repo-packages[0]" lacks the key "packages"'],
    ['include: {a: b}', 'f:1:10: "include" must be a string or a list, and this is a map'],
    ['arch-include: {x86_64: 1}', 'f:1:24: "arch-include.x86_64" must be a string or a list, and this is a number'],
    ['conditional-include: [{include: a}]', 'f:1:23: "conditional-include[0]" lacks the key "if"'],
    [
      'conditional-include:\n  - if: a ~ 1\n    include: x',
      'f:2:9: "a ~ 1" is no condition: the operator must be one of == != < <= > >=, not ~',
    ],
    ['conditional-include: [{if: a == 1, include: {pakages: [x]}}]', 'f:1:46: unknown key "pakages"'],
    [
      'conditional-include: [{if: a == 1, include: {packages: x}}]',
      'f:1:56: "packages" must be a list, and this is a string',
    ],
    [
      'conditional-include: [{if: a == 1, include: {postprocess-script: x}}]',
      'f:1:46: "postprocess-script" has no effect in an inline treefile',
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.deepEqual(
        check(text).problems.map((line) => line.replace(/^\S+ /, '')),
        [problem],
      );
    });
  }

  it('accepts every form of check-passwd that rpm-ostree does', () => {
    for (const check_ of [
      '{type: none}',
      '{type: previous}',
      '{type: file, filename: passwd}',
      '{type: data, entries: {bin: 1, adm: [3, 4], foo: [2]}}',
    ]) {
      assert.deepEqual(check(`check-passwd: ${check_}`).problems, []);
    }
  });
});
