import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHostError } from '@ostrata/core';
import { parseRepoFile } from '../../../../plugins/repo-rpm/src/source/repo-file.ts';
import { sourceOf } from '../../../../plugins/repo-rpm/src/source/section-options.ts';
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
    const text = `# comment\n; comment\n[fedora]\nname = Fedora 40 - $basearch\nbaseurl=http://a/\n  http://b/\n  # not this\n\thttp://c/\ngpgcheck=1\n\n[updates] # more\nempty=\n`;
    assert.deepEqual(values(text), {
      fedora: { name: 'Fedora 40 - $basearch', baseurl: 'http://a/\nhttp://b/\nhttp://c/', gpgcheck: '1' },
      updates: { empty: '' },
    });
    assert.equal(parseRepoFile(text, 'x.repo')[0]?.values.get('baseurl')?.line, 5);
    assert.deepEqual(values('[a]\nx=1\ny=1\n[b]\n[a]\nx=2\n'), { a: { x: '2', y: '1' }, b: {} });
    assert.deepEqual(values('\uFEFF[a]\r\nx=1\r\n'), { a: { x: '1' } });
  });

  const BROKEN: { readonly [what: string]: readonly [string, number] } = {
    'a value before the first section': ['x=1\n', 1],
    'a line that is nothing': ['[a]\nnonsense\n', 2],
    'a continuation of nothing': ['[a]\n  x\n', 2],
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
    const text = 'http://$releasever/${basearch}/$arch/$releasever_x/$nope/${nor}/5$';
    assert.equal(
      substitute(text, variables, (name) => unknown.push(name)),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how .repo files write it
      'http://40/x86_64/i686/$releasever_x/$nope/${nor}/5$',
    );
    assert.deepEqual(unknown, ['releasever_x', 'nope', 'nor']);
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

const DNF = `
import json, sys, dnf
base = dnf.Base()
base.conf.reposdir = [sys.argv[1]]
for name, value in dict(releasever='9', basearch='x86_64', arch='x86_64').items():
    base.conf.substitutions[name] = value
base.read_all_repos()
json.dump({r.id: dict(name=r.name, baseurl=list(r.baseurl), gpgkey=list(r.gpgkey), excludepkgs=list(r.excludepkgs), priority=r.priority,
  gpgcheck=r.gpgcheck, repo_gpgcheck=r.repo_gpgcheck, skip=r.skip_if_unavailable, sslverify=r.sslverify, metalink=r.metalink) for r in base.repos.values()}, sys.stdout)
`;
const PYTHON = '/usr/bin/python3';

function hasDnf(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import dnf'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('repo-rpm source: .repo files as dnf reads them (needs python3-dnf)', () => {
  const known = hasDnf();
  const CASES: { readonly [what: string]: string } = {
    'variables in all forms':
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how .repo files write it
      'name=A ${basearch} $releasever-x $releasever_y $arch.z $Basearch $nope\nbaseurl=http://a/$releasever/${basearch}/',
    'lists over lines':
      'name=n\nbaseurl=http://a/, http://b/\n  http://c/\n\thttp://d/\nexcludepkgs=a*,b c\ngpgkey = file:///k1 file:///k2,\n   file:///k3',
    'spaces and comments': '# one\nname = n  \n; two\nbaseurl = http://a ',
    'a key twice': 'name=n\nbaseurl=http://a\nbaseurl=http://b',
    'a section twice': 'name=n\nbaseurl=http://a\npriority=3\n[r]\nbaseurl=http://b',
    flags:
      'name=n\nbaseurl=http://a\ngpgcheck=True\nrepo_gpgcheck=on\nskip_if_unavailable=1\nsslverify=no\npriority=10',
    'a metalink': 'name=n\nmetalink=http://m/?repo=f-$releasever&arch=$basearch',
  };
  for (const [what, body] of Object.entries(CASES)) {
    it(what, function () {
      if (!known) return this.skip();
      const directory = mkdtempSync(join(tmpdir(), 'ostrata-dnf-'));
      try {
        writeFileSync(join(directory, 'x.repo'), `[r]\n${body}\n`);
        const theirs = JSON.parse(execFileSync(PYTHON, ['-c', DNF, directory], { encoding: 'utf8' })).r;
        const section = parseRepoFile(`[r]\n${body}\n`, 'x.repo')[0]!;
        const { options, priority } = sourceOf(
          section,
          { releasever: '9', basearch: 'x86_64', arch: 'x86_64' },
          () => undefined,
        );
        const {
          name,
          baseurl,
          gpgkey,
          excludepkgs,
          gpgcheck,
          repo_gpgcheck,
          sslverify,
          metalink,
          skip_if_unavailable: skip,
        } = options;
        assert.deepEqual(
          { name, baseurl, gpgkey, excludepkgs, priority, gpgcheck, repo_gpgcheck, skip, sslverify, metalink },
          theirs,
        );
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  }
});
