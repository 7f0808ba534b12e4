import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { hasOstree, ostree, temporary } from '../support.ts';
import { assertSame, ours, succeed, theirs } from './support.ts';

describe('ostree verbs that read (needs ostree)', () => {
  const place = temporary();

  before(function () {
    if (!hasOstree) this.skip();
  });

  beforeEach(() => {
    const tree = place.in('tree');
    mkdirSync(`${tree}/sub/deeper`, { recursive: true });
    writeFileSync(`${tree}/file`, 'text\n');
    writeFileSync(`${tree}/sub/tool`, '#!/bin/sh\n');
    chmodSync(`${tree}/sub/tool`, 0o4755);
    symlinkSync('sub/tool', `${tree}/link`);
    ostree(place.in('repo'), 'init', '--mode=archive');
    const commit = (...args: string[]) => ostree(place.in('repo'), 'commit', '--timestamp=@1000', ...args, tree);
    commit('-b', 'main', '-s', 'First', '-m', 'One\ntwo', '--add-metadata-string=version=1.0');
    writeFileSync(`${tree}/file`, 'more\n');
    commit('-b', 'main', '--add-metadata=number=uint64 5', "--add-metadata=d={'a': <[byte 1, 2]>, 'é': <@as []>}");
    commit('-b', 'other/branch', '--add-detached-metadata-string=key=value');
  });

  const same = (name: string, ...lines: string[][]) =>
    it(name, async () => {
      for (const line of lines) await assertSame(`--repo=${place.in('repo')}`, ...line);
    });

  same('rev-parse', ['rev-parse', 'main'], ['rev-parse', 'main^', 'other/branch'], ['rev-parse', 'main^^']);
  same('rev-parse of what is not there', ['rev-parse', 'absent'], ['rev-parse', 'no name'], ['rev-parse', '-S']);
  same('refs', ['refs', 'other'], ['refs', '--list', 'other'], ['refs', 'absent'], ['refs', '-c'], ['refs', '-c', 'x']);
  same('log and show', ['log', 'main'], ['show', 'main'], ['show', '--raw', 'main'], ['log', '--raw', 'main']);
  same('metadata', ['show', '--print-metadata-key=number', 'main'], ['show', '--print-metadata-key=d', 'main']);
  same('metadata without swapped bytes', ['show', '-B', '--print-metadata-key=number', 'main']);
  same('metadata that are not there', ['show', '--print-metadata-key=x', 'main'], ['show', '--print-sizes', 'main']);
  same('detached metadata', ['show', '--print-detached-metadata-key=key', 'other/branch']);
  same('no detached metadata', ['show', '--print-detached-metadata-key=key', 'main']);
  same('ls', ['ls', 'main'], ['ls', '-R', 'main'], ['ls', '-d', 'main', 'sub', '/link'], ['ls', '-RCX', 'main']);
  same(
    'ls with zero bytes, and of a path that is not there',
    ['ls', '-R', '--nul-filenames-only', 'main'],
    ['ls', 'main', 'x'],
  );
  same('cat', ['cat', 'main', 'file', 'link'], ['cat', 'main', 'sub'], ['cat', 'main', 'absent']);
  same(
    'config',
    ['config', 'get', 'core.mode'],
    ['config', 'get', 'core.x'],
    ['config', 'get', 'x.y'],
    ['config', 'get', 'x'],
  );
  same('fsck', ['fsck', '-q'], ['fsck', '--verify-back-refs']);
  same('diff', ['diff', 'main'], ['diff', 'main^', 'main', '--stats'], ['diff', 'main', 'other/branch']);
  same('unknown options', ['refs', '--nothing'], ['ls', '-z', 'main']);

  it('help and mistakes look alike but for the name of the program', async () => {
    for (const verb of ['ls', 'cat', 'rev-parse', 'prune', 'checksum']) {
      const real = theirs(verb, '--help').out.replace(/^ {2}\S*ostree /m, '  ostree ');
      assert.equal((await ours(verb, '--help')).out, Buffer.from(real, 'latin1').toString('latin1'), verb);
    }
    const { status, err } = await ours(`--repo=${place.in('repo')}`, 'log');
    assert.equal(status, 1);
    assert.match(err, /^Usage:\n {2}ostree log \[OPTION…\] REV\n.*\nerror: A rev argument is required\n$/s);
  });

  it('compares a directory with a commit', () =>
    assertSame(`--repo=${place.in('repo')}`, 'diff', 'main^', place.in('tree')));

  it('names an unknown verb and lists the features as YAML', async () => {
    assert.match((await ours('nothing')).err, /error: Unknown command 'nothing'\n$/);
    assert.match((await ours('--version')).out, /^libostree:\n Version: '2022\.7'\n Features:\n( {2}- \S+\n)+$/);
  });

  it('lists the same refs, sorted', async () => {
    const commit = ostree(place.in('repo'), 'rev-parse', 'main');
    for (let number = 0; number < 6; number++) ostree(place.in('repo'), 'refs', `--create=r${number}/x`, commit);
    const { out } = theirs(`--repo=${place.in('repo')}`, 'refs');
    const names = out.trimEnd().split('\n').sort();
    assert.equal(await succeed(`--repo=${place.in('repo')}`, 'refs'), `${names.join('\n')}\n`);
    const lines = (await succeed(`--repo=${place.in('repo')}`, 'refs', '-r', '--list', 'r0')).split('\n');
    assert.deepEqual(lines, [`r0/x\t${commit}`, '']);
  });

  it('exports the same archive', async () => {
    const long = `${'directory/'.repeat(12)}${'n'.repeat(120)}`;
    mkdirSync(place.in('tree', long, '..'), { recursive: true });
    writeFileSync(place.in('tree', long), 'x'.repeat(1000));
    symlinkSync('t'.repeat(150), place.in('tree', 'long-link'));
    ostree(place.in('repo'), 'commit', '-b', 'long', place.in('tree'));
    for (const args of [[], ['--prefix=p/'], ['--subpath=/sub']]) {
      await assertSame(`--repo=${place.in('repo')}`, 'export', 'long', ...args);
    }
  });
});
