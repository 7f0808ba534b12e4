import assert from 'node:assert/strict';
import { isHostError } from '@ostrata/core';
import { parseRepoFile } from '../../../../plugins/repo-rpm/src/source/repo-file.ts';
import { baseArch, substitute } from '../../../../plugins/repo-rpm/src/source/variables.ts';

function values(text: string): { [id: string]: { [key: string]: string } } {
  return Object.fromEntries(
    parseRepoFile(text, 'x.repo').map(({ id, values: all }) => [
      id,
      Object.fromEntries([...all].map(([key, { value }]) => [key, value])),
    ]),
  );
}

describe('repo-rpm source: .repo files', () => {
  it('reads sections, lists over several lines and comments', () => {
    const text = `# comment\n; comment\n[fedora]\nname = Fedora 40 - $basearch\nbaseurl=http://a/\n  http://b/\n  # not this\n\thttp://c/\nGPGCheck=1\n\n[updates] # more\nempty=\n`;
    assert.deepEqual(values(text), {
      fedora: { name: 'Fedora 40 - $basearch', baseurl: 'http://a/\nhttp://b/\nhttp://c/', gpgcheck: '1' },
      updates: { empty: '' },
    });
    assert.equal(parseRepoFile(text, 'x.repo')[0]?.values.get('baseurl')?.line, 5);
    assert.deepEqual(values('\uFEFF[a]\r\nx=1\r\n'), { a: { x: '1' } });
  });

  const BROKEN: { readonly [what: string]: readonly [string, number] } = {
    'a value before the first section': ['x=1\n', 1],
    'a line that is nothing': ['[a]\nnonsense\n', 2],
    'a continuation of nothing': ['[a]\n  x\n', 2],
    'a section twice': ['[a]\n[b]\n[a]\n', 3],
  };
  for (const [what, [text, line]] of Object.entries(BROKEN)) {
    it(`refuses ${what} and says where`, () => {
      assert.throws(
        () => parseRepoFile(text, 'x.repo'),
        (error: unknown) =>
          isHostError(error) && error.code === 'SOURCE_REPO_FILE' && error.message.startsWith(`x.repo:${line}:`),
      );
    });
  }

  it('replaces variables in all their forms', () => {
    const variables = { releasever: '40', basearch: 'x86_64', arch: 'i686' };
    const unknown: string[] = [];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how .repo files write it
    const text = 'http://$releasever/${basearch}/$ARCH/$releasever_x/$nope/${nor}/5$';
    assert.equal(
      substitute(text, variables, (name) => unknown.push(name)),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how .repo files write it
      'http://40/x86_64/i686/40_x/$nope/${nor}/5$',
    );
    assert.deepEqual(unknown, ['nope', 'nor']);
    assert.deepEqual(['i686', 'x86_64', 'aarch64', 'armv7hl', 'x86_64_v3', 's390x'].map(baseArch), [
      'i386',
      'x86_64',
      'aarch64',
      'armhfp',
      'x86_64',
      's390x',
    ]);
  });
});
