import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostError, isHostError, type Json, type SourceRef } from '@ostrata/core';
import { completeSources } from '../../../../plugins/repo-rpm/src/source/complete.ts';
import { definitionOf } from '../../../../plugins/repo-rpm/src/source/definition.ts';
import { type TestRun, testRun } from '../../fetch-http/support/context.ts';

describe('repo-rpm source: definitions from .repo files', () => {
  let run: TestRun;
  let repos: string;

  beforeEach(() => {
    run = testRun();
    repos = join(run.directory, 'repos');
    mkdirSync(repos);
  });
  afterEach(() => run.close());

  const named = (id: string, options: { [key: string]: Json } = {}): SourceRef => ({
    id,
    kind: 'rpm-md',
    priority: 99,
    options: { lookup: [repos], variables: { releasever: '9' }, ...options },
  });
  const write = (name: string, text: string): void => writeFileSync(join(repos, name), text);
  const complete = (...sources: SourceRef[]): readonly SourceRef[] => completeSources(sources, run.ctx)!;

  function failure(work: () => unknown): HostError {
    try {
      work();
    } catch (error) {
      assert.ok(isHostError(error), String(error));
      return error;
    }
    assert.fail('it went well');
  }

  it('completes a named source and leaves the others as they are', () => {
    write(
      'a.repo',
      `[base]\nname=B\nbaseurl=http://m/$releasever/$basearch/, http://n/$arch\ngpgcheck=1\ngpgkey=file:///k1 /k2\npriority=5\nexclude=a* b\nskip_if_unavailable=yes\n`,
    );
    const direct: SourceRef = { id: 'd', kind: 'rpm-md', priority: 99, options: { baseurl: ['http://d/'] } };
    const [base, same] = complete(named('base'), direct);
    assert.equal(same, direct);
    assert.equal(base?.priority, 5);
    const definition = definitionOf(base!);
    assert.deepEqual(definition.baseurl, ['http://m/9/x86_64/', 'http://n/x86_64']);
    assert.deepEqual(definition.gpgkey, ['file:///k1', 'file:///k2']);
    assert.deepEqual(
      [definition.gpgcheck, definition.repo_gpgcheck, definition.skip_if_unavailable],
      [true, false, true],
    );
    assert.deepEqual(definition.excludepkgs, ['a*', 'b']);
    assert.deepEqual(JSON.parse(JSON.stringify(base)), base);
    assert.equal(completeSources([direct], run.ctx), undefined);
  });

  it('keeps every secret out of the record', () => {
    write(
      'a.repo',
      `[base]\nbaseurl=https://me:hunter2@m/r\nusername=someone\npassword=hunter3\nproxy=http://p:hunter4@proxy:3128\nproxy_password=hunter5\n`,
    );
    const [base] = complete(named('base'));
    assert.doesNotMatch(JSON.stringify(base), /hunter|someone|me:/);
    const definition = definitionOf(base!);
    assert.deepEqual(definition.baseurl, ['https://m/r']);
    assert.equal(definition.proxy, 'http://proxy:3128');
    assert.equal(definition.login, true);
    assert.equal(definition.file, join(repos, 'a.repo'));
  });

  it('names the directories and what may have been meant when an id is unknown', () => {
    write('a.repo', '[fedora]\nbaseurl=http://a\n[fedora-updates]\nbaseurl=http://b\n');
    const error = failure(() => complete(named('fedroa')));
    assert.equal(error.code, 'SOURCE_UNKNOWN');
    assert.ok(error.message.includes(repos));
    assert.match(error.hint ?? '', /fedora/);
    assert.match(failure(() => complete(named('nothing-like-it'))).hint ?? '', /Known are: fedora, fedora-updates/);
  });

  it('warns of unknown options and of second definitions', () => {
    write('a.repo', '[base]\nbaseurl=http://first\nbaseulr=http://x\nmodule_hotfixes=1\n');
    write('b.repo', '[base]\nbaseurl=http://second\n');
    const [base] = complete(named('base'));
    assert.deepEqual(definitionOf(base!).baseurl, ['http://first']);
    assert.equal(run.warnings.length, 2);
    assert.ok(run.warnings.some(({ text }) => text.includes('a.repo:3') && text.includes('baseulr')));
  });

  it('says which variable has no value, and where', () => {
    write('a.repo', '[base]\nbaseurl=http://m/$stream/\n');
    const error = failure(() => complete(named('base')));
    assert.equal(error.code, 'SOURCE_VARIABLE');
    assert.match(error.message, /a\.repo:2: .*\$stream/);
    assert.equal(complete(named('base', { variables: { stream: 'x' } })).length, 1);
  });

  const WRONG: { readonly [what: string]: readonly [string, string] } = {
    'a flag that is none': ['baseurl=http://m\ngpgcheck=maybe', 'SOURCE_REPO_FILE'],
    'a priority that is no number': ['baseurl=http://m\npriority=high', 'SOURCE_REPO_FILE'],
    'a type that is not supported': ['baseurl=http://m\ntype=yast2', 'SOURCE_REPO_FILE'],
    'no place at all': ['name=x', 'SOURCE_OPTIONS'],
    'a scheme that is not supported': ['baseurl=ftp://m/', 'SOURCE_OPTIONS'],
  };
  for (const [what, [text, code]] of Object.entries(WRONG)) {
    it(`refuses ${what}`, () => {
      write('a.repo', `[base]\n${text}\n`);
      assert.equal(failure(() => complete(named('base'))).code, code);
    });
  }

  it('says all that is wrong with options that were given directly', () => {
    const error = failure(() =>
      definitionOf({ id: 'd', kind: 'rpm-md', priority: 99, options: { password: 'x', gpgcheck: 'yes', baseurl: 3 } }),
    );
    assert.equal(error.code, 'SOURCE_OPTIONS');
    assert.equal((error.data['problems'] as string[]).length, 4);
  });
});
