import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hasOstree, MODES, ostree, run, temporary } from '../support.ts';
import { ours, succeed, theirs } from './support.ts';

describe('ostree verbs that write (needs ostree)', () => {
  const place = temporary();

  before(function () {
    if (!hasOstree) this.skip();
  });

  beforeEach(() => {
    const tree = place.in('tree');
    mkdirSync(`${tree}/usr/lib/modules/6.1`, { recursive: true });
    writeFileSync(`${tree}/file`, 'text\n');
    writeFileSync(`${tree}/usr/lib/modules/6.1/vmlinuz`, 'kernel');
    chmodSync(`${tree}/file`, 0o775);
    symlinkSync('file', `${tree}/link`);
    writeFileSync(`${tree}/empty`, '');
  });

  /** Both programs commit into repositories of their own; what they print must be the same, and so the commits. */
  async function assertSameCommit(mode: string, ...args: string[]): Promise<void> {
    for (const repo of ['a', 'b']) {
      if (!existsSync(place.in(repo))) ostree(place.in(repo), 'init', `--mode=${mode}`);
    }
    const line = ['commit', '--timestamp=@1000', ...args];
    const mine = await ours(`--repo=${place.in('a')}`, ...line);
    assert.deepEqual(mine, theirs(`--repo=${place.in('b')}`, ...line), `${mode} ${args.join(' ')}`);
  }

  for (const mode of MODES) {
    it(`commit into ${mode}`, async () => {
      const tree = place.in('tree');
      writeFileSync(place.in('modes'), '2048 /file\n=384 /empty\n');
      writeFileSync(place.in('skip'), '/link\n');
      run('tar', '-C', tree, '-czf', place.in('tree.tgz'), '.');
      const lines = [
        ['-s', 'Subject', '-m', 'Body', '--add-metadata-string=version=1', '--bind-ref=also', tree],
        ['--bootable', '--add-metadata-string=a=b', "--add-metadata=n={'k': <uint32 7>}", tree],
        ['--owner-uid=3', '--owner-gid=4', '--no-xattrs', tree],
        ['--canonical-permissions', tree],
        ['--mode-ro-executables', tree],
        [`--statoverride=${place.in('modes')}`, tree],
        [`--skip-list=${place.in('skip')}`, tree],
        [`--skip-list=${place.in('modes')}`, tree],
        [`--tree=tar=${place.in('tree.tgz')}`, '--owner-uid=1'],
        ['--tree=ref=main', `--tree=dir=${tree}/usr`, '--base=main'],
        ['--generate-sizes', tree],
        ['--table-output', tree],
        ['--skip-if-unchanged', tree],
        ['--parent=none', '--no-bindings', tree],
        ['--tree=what=x'],
        ['--add-metadata=broken', tree],
        [place.in('absent')],
      ];
      for (const line of lines) await assertSameCommit(mode, '-b', 'main', ...line);
      await assertSameCommit(mode, tree);
      await assertSameCommit(mode, '-b', 'main/below', tree);
      assert.equal(ostree(place.in('a'), 'rev-parse', 'main'), ostree(place.in('b'), 'rev-parse', 'main'));
      assert.match(ostree(place.in('a'), 'fsck', '-q'), /no errors found/);
    });
  }

  it('consumes what it commits', async () => {
    await assertSameCommit('bare', '-b', 'main', place.in('tree'));
    await assertSameCommit('bare', '-b', 'main', '--consume', `--tree=dir=${place.in('tree')}`).catch(() => {});
    assert.equal(existsSync(place.in('tree')), false);
    assert.match(ostree(place.in('a'), 'fsck', '-q'), /no errors found/);
  });

  const listing = (path: string) =>
    run('find', path, '-printf', '%P %m %U:%G %y %l %s\\n').split('\n').sort().join('\n');

  for (const mode of MODES) {
    for (const args of [[], ['-U'], ['-C'], ['-M'], ['-H'], ['-U', '-H'], ['--subpath=/usr'], ['--subpath=/file']]) {
      it(`checkout ${args.join(' ')} of ${mode}`, async () => {
        ostree(place.in('repo'), 'init', `--mode=${mode}`);
        ostree(place.in('repo'), 'commit', '-b', 'main', place.in('tree'));
        const mine = await ours(`--repo=${place.in('repo')}`, 'checkout', ...args, 'main', place.in('mine'));
        const real = theirs(`--repo=${place.in('repo')}`, 'checkout', ...args, 'main', place.in('real'));
        assert.deepEqual(mine, real);
        if (existsSync(place.in('real'))) assert.equal(listing(place.in('mine')), listing(place.in('real')));
      });
    }
  }

  it('checkout over what is there', async () => {
    ostree(place.in('repo'), 'init', '--mode=bare-user');
    ostree(place.in('repo'), 'commit', '-b', 'main', place.in('tree'));
    writeFileSync(place.in('tree', 'file'), 'other\n');
    writeFileSync(place.in('tree', 'new'), 'new\n');
    writeFileSync(place.in('tree', '.wh.empty'), '');
    ostree(place.in('repo'), 'commit', '-b', 'next', place.in('tree'));
    const ways = [['--union'], ['--union-add'], ['--union-identical', '-H'], ['--union', '--whiteouts'], []];
    for (const [index, way] of ways.entries()) {
      const outputs = ['mine', 'real'].map((who) => place.in(`${who}${index}`));
      for (const path of outputs) ostree(place.in('repo'), 'checkout', '-UH', 'main', path);
      const mine = await ours(`--repo=${place.in('repo')}`, 'checkout', '-U', ...way, 'next', outputs[0]!);
      const real = theirs(`--repo=${place.in('repo')}`, 'checkout', '-U', ...way, 'next', outputs[1]!);
      assert.deepEqual(mine, real, way.join(' '));
      assert.equal(listing(outputs[0]!), listing(outputs[1]!), way.join(' '));
    }
  });

  it('init makes the same repository', async () => {
    for (const args of [
      ['--mode=archive'],
      ['--mode=bare-user', '--collection-id=org.example.Test'],
      ['--mode=nothing'],
    ]) {
      const [a, b] = [place.in(`a${args.length}${args[0]}`), place.in(`b${args.length}${args[0]}`)];
      assert.deepEqual(await ours(`--repo=${a}`, 'init', ...args), theirs(`--repo=${b}`, 'init', ...args));
      if (existsSync(b)) assert.equal(readFileSync(`${a}/config`, 'utf8'), readFileSync(`${b}/config`, 'utf8'));
    }
  });

  it('refs are created, aliased, deleted and reset', async () => {
    const repo = `--repo=${place.in('repo')}`;
    ostree(place.in('repo'), 'init', '--mode=archive');
    const first = ostree(place.in('repo'), 'commit', '-b', 'main', place.in('tree'));
    writeFileSync(place.in('tree', 'file'), 'x');
    ostree(place.in('repo'), 'commit', '-b', 'main', place.in('tree'));
    await succeed(repo, 'refs', '--create=a/b', first);
    assert.equal(ostree(place.in('repo'), 'rev-parse', 'a/b'), first);
    assert.equal(
      (await ours(repo, 'refs', '--create=a/b', 'main')).err,
      'error: --create specified but ref a/b already exists\n',
    );
    assert.match((await ours(repo, 'refs', '--create=a', 'main')).err, /^error: Conflict: b exists under a/);
    await succeed(repo, 'refs', '-A', '--create=x/y/alias', 'main');
    assert.equal(ostree(place.in('repo'), 'refs', '-A'), 'x/y/alias -> main');
    assert.match((await ours(repo, 'refs', '--delete', 'main')).err, /has an active alias: 'x\/y\/alias'/);
    await succeed(repo, 'refs', '--delete', 'a');
    await succeed(repo, 'reset', 'main', first);
    assert.equal(ostree(place.in('repo'), 'rev-parse', 'x/y/alias'), first);
    assert.equal(ostree(place.in('repo'), 'refs', '--list', 'a'), '');
  });

  it('config is set and unset with all else kept', async () => {
    const repo = `--repo=${place.in('repo')}`;
    ostree(place.in('repo'), 'init', '--mode=archive');
    await succeed(repo, 'config', 'set', 'core.text', ' a\\b');
    await succeed(repo, 'config', '--group=remote "x"', 'set', 'url', 'http://example.com');
    assert.equal(await succeed(repo, 'config', 'get', 'core.text'), theirs(repo, 'config', 'get', 'core.text').out);
    assert.equal(theirs(repo, 'remote', 'list').out, 'x\n');
    await succeed(repo, 'config', 'unset', 'core.text');
    assert.equal(theirs(repo, 'config', 'get', 'core.text').status, 1);
  });

  it('config refuses what the repository could not be opened with', async () => {
    const repo = `--repo=${place.in('repo')}`;
    ostree(place.in('repo'), 'init', '--mode=archive');
    const before = readFileSync(place.in('repo/config'), 'utf8');
    for (const [key, value] of [
      ['core.min-free-space-size', 'many'],
      ['core.mode', 'other'],
      ['core.fsync', 'perhaps'],
    ] as const) {
      const { status, err } = await ours(repo, 'config', 'set', key, value);
      assert.equal(status, 1, key);
      assert.match(err, new RegExp(value));
    }
    assert.equal(readFileSync(place.in('repo/config'), 'utf8'), before);
  });

  for (const args of [
    ['--depth=0'],
    ['--refs-only', '--depth=1'],
    ['--no-prune', '--refs-only', '--depth=0'],
    ['--keep-younger-than=@1002', '--commit-only'],
  ]) {
    it(`prune ${args.join(' ')}`, async () => {
      ostree(place.in('a'), 'init', '--mode=archive');
      for (let second = 1000; second < 1005; second++) {
        writeFileSync(place.in('tree', 'file'), `${second}`);
        ostree(place.in('a'), 'commit', '-b', 'main', `--timestamp=@${second}`, place.in('tree'));
      }
      run('cp', '-a', place.in('a'), place.in('b'));
      assert.deepEqual(
        await ours(`--repo=${place.in('a')}`, 'prune', ...args),
        theirs(`--repo=${place.in('b')}`, 'prune', ...args),
      );
      const objects = (repo: string) => readdirSync(place.in(repo, 'objects'), { recursive: true }).map(String).sort();
      const files = (repo: string) => objects(repo).filter((name) => name.includes('.'));
      assert.deepEqual(files('a'), files('b'));
    });
  }

  it('fsck finds, tells and removes what is corrupt', async () => {
    for (const repo of ['a', 'b']) {
      ostree(place.in(repo), 'init', '--mode=bare-user');
      ostree(place.in(repo), 'commit', '-b', 'main', '--timestamp=@1', place.in('tree'));
      const id = ostree(place.in(repo), 'ls', '-C', 'main', '/file').split(/\s+/)[4]!;
      writeFileSync(place.in(repo, 'objects', id.slice(0, 2), `${id.slice(2)}.file`), 'changed');
    }
    for (const args of [[], ['--delete'], []]) {
      const mine = await ours(`--repo=${place.in('a')}`, 'fsck', '-q', ...args);
      const real = theirs(`--repo=${place.in('b')}`, 'fsck', '-q', ...args);
      assert.equal(mine.err, real.err);
      assert.equal(mine.status, real.status);
    }
  });

  it('pull-local copies commits with their history', async () => {
    ostree(place.in('a'), 'init', '--mode=bare-user');
    for (const text of ['1', '2', '3']) {
      writeFileSync(place.in('tree', 'file'), text);
      ostree(place.in('a'), 'commit', '-b', 'main', place.in('tree'));
    }
    ostree(place.in('b'), 'init', '--mode=archive');
    assert.match(
      await succeed(`--repo=${place.in('b')}`, 'pull-local', '--depth=1', place.in('a')),
      /^\d+ metadata, \d+ content objects imported; /,
    );
    assert.equal(ostree(place.in('b'), 'rev-parse', 'main'), ostree(place.in('a'), 'rev-parse', 'main'));
    assert.match(ostree(place.in('b'), 'log', 'main'), /History beyond this commit not fetched/);
    assert.match(ostree(place.in('b'), 'fsck', '-q'), /fsck of 2 commits completed/);
  });
});
