import assert from 'node:assert/strict';
import type { FakePackage } from '@ostrata/testkit';
import { FakeMachine } from '../support/verbs.ts';

const BASE: FakePackage[] = [
  { name: 'app', version: '1', arch: 'x86_64', requires: ['lib >= 2', '/usr/bin/sh'], recommends: ['extra'] },
  { name: 'app', version: '2', arch: 'x86_64', requires: ['lib >= 2', '/usr/share/data'] },
  { name: 'lib', version: '2', arch: 'x86_64', provides: ['lib-api = 5'], conflicts: ['old'], obsoletes: ['old < 9'] },
  { name: 'data', files: { 'usr/share/data': 'x' } },
  { name: 'shell', files: { 'usr/bin/sh': 'x', 'usr/share/doc/sh': 'x' } },
];
const EXTRA: FakePackage[] = [
  { name: 'top', requires: ['app'] },
  { name: 'user', requires: ['lib-api'] },
];

describe('query verbs', () => {
  let machine: FakeMachine;
  beforeEach(() => {
    machine = new FakeMachine({ base: BASE, extra: EXTRA, '-debug': [{ name: 'app-debuginfo' }] });
  });
  const query = (args: readonly string[], flags = {}) => machine.lines('repoquery', args, flags);

  it('repoquery names packages of enabled repositories', async () => {
    assert.deepEqual(await query(['app']), ['app-0:1-1.x86_64', 'app-0:2-1.x86_64']);
    assert.deepEqual(await query(['app*'], { enablerepo: ['de*'], 'latest-limit': 1 }), [
      'app-0:2-1.x86_64',
      'app-debuginfo-0:1-1.noarch',
    ]);
    assert.deepEqual(await query([], { repo: ['extra'], nvr: true }), ['top-1-1', 'user-1-1']);
    assert.deepEqual(await query(['nothing']), []);
    assert.deepEqual(await query(['*'], { arch: ['noarch'], disablerepo: ['extra'], qf: '%{name}' }), [
      'data',
      'shell',
    ]);
  });

  it('repoquery finds by dependencies', async () => {
    assert.deepEqual(await query([], { whatrequires: ['lib'], qf: '%{name}' }), ['app', 'user']);
    assert.deepEqual(await query([], { whatrequires: ['lib'], exactdeps: true, qf: '%{name}' }), ['app']);
    assert.deepEqual(await query([], { whatrequires: ['lib'], recursive: true, qf: '%{name}' }), [
      'app',
      'top',
      'user',
    ]);
    assert.deepEqual(await query([], { whatrequires: ['shell'], nvr: true }), ['app-1-1']);
    assert.deepEqual(await query([], { whatprovides: ['lib-api > 4'], qf: '%{name}' }), ['lib']);
    assert.deepEqual(await query([], { whatprovides: ['lib-api > 5'], qf: '%{name}' }), []);
    assert.deepEqual(await query([], { whatobsoletes: ['old'], qf: '%{name}' }), ['lib']);
    assert.deepEqual(await query([], { whatconflicts: ['o*'], qf: '%{name}' }), ['lib']);
    assert.deepEqual(await query([], { whatrecommends: ['extra'], nvr: true }), ['app-1-1']);
    assert.deepEqual(await query([], { whatdepends: ['extra,lib-api'], qf: '%{name}' }), ['app', 'user']);
  });

  it('repoquery shows dependencies, and what provides them', async () => {
    assert.deepEqual(await query(['app'], { requires: true }), ['/usr/bin/sh', '/usr/share/data', 'lib >= 2']);
    assert.deepEqual(await query(['app'], { requires: true, resolve: true, qf: '%{name}' }), ['data', 'lib', 'shell']);
    assert.deepEqual(await query(['top'], { requires: true, resolve: true, recursive: true, qf: '%{name}' }), [
      'app',
      'data',
      'lib',
      'shell',
    ]);
    assert.deepEqual(await query(['app-1'], { deplist: true }), [
      'package: app-1-1.x86_64',
      '  dependency: /usr/bin/sh',
      '   provider: shell-1-1.noarch',
      '  dependency: lib >= 2',
      '   provider: lib-2-1.x86_64',
    ]);
    assert.deepEqual(await query(['top'], { requires: true, tree: true }), [
      'top-0:1-1.noarch',
      ' \\_ app-0:2-1.x86_64 [2: lib >= 2, /usr/share/data]',
      ' |   \\_ data-0:1-1.noarch [0: ]',
      ' |   \\_ lib-0:2-1.x86_64 [0: ]',
    ]);
  });

  it('loads file lists only for files that the primary metadata lacks', async () => {
    assert.deepEqual(await query([], { whatprovides: ['/usr/bin/sh'], qf: '%{name}' }), ['shell']);
    assert.deepEqual(await query(['/usr/bin/sh'], { qf: '%{name}' }), ['shell']);
    assert.deepEqual(await query([], { whatrequires: ['lib'], exactdeps: true, nvr: true }), ['app-1-1', 'app-2-1']);
    assert.deepEqual(machine.fileListsOf, []);
    assert.deepEqual(await query([], { file: ['*/doc/*'], qf: '%{name}' }), ['shell']);
    assert.deepEqual(machine.fileListsOf.sort(), ['base', 'extra']);
    assert.deepEqual(await query(['shell'], { list: true }), ['/usr/bin/sh', '/usr/share/doc/sh']);
  });

  it('repoquery tells where packages are, and everything as JSON', async () => {
    assert.deepEqual(await query(['data'], { location: true }), ['https://example.org/base/data-1-1.noarch.fake']);
    const { data } = await machine.run('repoquery', ['lib'], { json: true, info: true });
    const [lib] = data as { nevra: string; repo: string; conflicts: string[]; provides: string[] }[];
    assert.equal(lib!.nevra, 'lib-2-1.x86_64');
    assert.equal(lib!.repo, 'base');
    assert.deepEqual(lib!.conflicts, ['old']);
    assert.deepEqual(lib!.provides, ['lib-api = 5', 'lib = 2-1']);
  });

  it('search ranks exact names first and wants every word', async () => {
    const found = await machine.lines('search', ['app'], { enablerepo: ['debug'] });
    assert.match(found[0]!, /^=+ Name & Summary Matched: app =+$/);
    assert.deepEqual(
      found.filter((line) => !line.startsWith('=')),
      ['app.x86_64 : The package app', 'app-debuginfo.noarch : The package app-debuginfo'],
    );
    assert.deepEqual(await machine.lines('search', ['app', 'nothing']), ['No matches found.']);
    const { data } = await machine.run('search', ['LIB'], {});
    assert.deepEqual(
      (data as { nevra: string }[]).map(({ nevra }) => nevra),
      ['lib-2-1.x86_64'],
    );
  });

  it('repo list shows what there is, and with --verbose what is in it', async () => {
    assert.deepEqual(await machine.lines('repo list'), [
      'repo id  repo name',
      'base     Repository base',
      'extra    Repository extra',
    ]);
    assert.deepEqual(machine.refreshed, []);
    assert.deepEqual(
      (await machine.lines('repo list', ['d*'], { all: true })).at(-1),
      'debug    Repository debug  disabled',
    );
    const verbose = await machine.lines('repo list', ['extra'], { verbose: true });
    assert.ok(verbose.includes('Repo-pkgs          : 2'), verbose.join('\n'));
    const { data } = await machine.run('repo list', [], { disabled: true });
    assert.deepEqual(
      (data as { id: string }[]).map(({ id }) => id),
      ['debug'],
    );
  });

  it('refresh-md refreshes the enabled ones', async () => {
    assert.deepEqual(await machine.lines('refresh-md'), [
      'base: 5 packages of 2023-11-14 22:13',
      'extra: 2 packages of 2023-11-14 22:13',
    ]);
    assert.deepEqual(machine.refreshed, ['base', 'extra']);
  });

  it('says what is wrong with options', async () => {
    const code = (expected: string) => (error: { code: string; hint: string | null }) => {
      assert.equal(error.code, expected);
      assert.ok(error.hint);
      return true;
    };
    await assert.rejects(query([], { repo: ['nowhere'] }), code('QUERY_REPO_UNKNOWN'));
    await assert.rejects(query([], { disablerepo: ['*'] }), code('QUERY_NO_REPOS'));
    await assert.rejects(query([], { repofrompath: ['/no/id'] }), code('QUERY_OPTIONS'));
    await assert.rejects(query([], { requires: true, provides: true }), code('QUERY_OPTIONS'));
    await assert.rejects(query([], { tree: true }), code('QUERY_OPTIONS'));
    await assert.rejects(machine.run('repo list', [], { all: true, enabled: true }), code('QUERY_OPTIONS'));
  });
});
