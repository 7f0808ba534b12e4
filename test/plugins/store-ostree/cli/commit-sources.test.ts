import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Terminal } from '@ostrata/contract';
import { parseMessage } from '../../../../plugins/store-ostree/src/cli/commit-message.ts';
import { runOstree } from '../../../../plugins/store-ostree/src/cli/main.ts';
import { hasOstree, hasTool, isRoot, ostree, run, temporary } from '../support.ts';
import { ours, succeed, theirs } from './support.ts';

describe('ostree commit: archives, messages, runs that are broken off (needs ostree)', () => {
  const place = temporary();

  before(function () {
    if (!hasOstree) this.skip();
  });

  beforeEach(() => {
    for (const name of ['mine', 'theirs']) ostree(place.in(name), 'init', '--mode=archive');
    mkdirSync(place.in('tree/usr/bin'), { recursive: true });
    writeFileSync(place.in('tree/usr/bin/tool'), 'tool', { mode: 0o755 });
    linkSync(place.in('tree/usr/bin/tool'), place.in('tree/usr/bin/again'));
    writeFileSync(place.in('tree/empty'), '');
    linkSync(place.in('tree/empty'), place.in('tree/void'));
    symlinkSync('bin/tool', place.in('tree/usr/link'));
  });

  /** Runs it with an environment, and gives what it printed. */
  async function inEnvironment(environment: Terminal['environment'], ...argv: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const terminal: Terminal = {
      program: 'ostree',
      environment,
      input: 0,
      interactive: false,
      out: (data) => void out.push(String(data)),
      err: (text) => void err.push(text),
      withContext: () => Promise.reject(new Error('no host here')),
    };
    const status = await runOstree(argv, terminal);
    return { status, out: out.join(''), err: err.join('') };
  }

  for (const format of ['newc', 'crc', 'odc', 'bin']) {
    it(`a cpio archive of the format ${format} gives the commit that ostree makes of it (needs cpio, root)`, async function () {
      if (!hasTool('cpio', '--version') || !isRoot) this.skip();
      const script = `find . | sort | cpio --quiet -o -H ${format} >../tree.cpio && gzip -k ../tree.cpio`;
      spawnSync('sh', ['-c', script], { cwd: place.in('tree') });
      for (const archive of ['tree.cpio', 'tree.cpio.gz']) {
        const line = ['commit', '--orphan', '--timestamp=@1', `--tree=tar=${place.in(archive)}`];
        assert.deepEqual(
          await ours(`--repo=${place.in('mine')}`, ...line),
          theirs(`--repo=${place.in('theirs')}`, ...line),
          archive,
        );
      }
      ostree(place.in('mine'), 'fsck', '-q');
    });
  }

  it('a cpio archive that ends too early is refused', async function () {
    if (!hasTool('cpio', '--version')) this.skip();
    for (const format of ['newc', 'odc', 'bin']) {
      spawnSync('sh', ['-c', `find . | cpio --quiet -o -H ${format} >../whole.cpio`], { cwd: place.in('tree') });
      const bytes = readFileSync(place.in('whole.cpio'));
      for (const end of [20, 100, bytes.indexOf('TRAILER') - 30]) {
        writeFileSync(place.in('cut.cpio'), bytes.subarray(0, end));
        const line = ['commit', '--orphan', `--tree=tar=${place.in('cut.cpio')}`];
        const { status, err } = await ours(`--repo=${place.in('mine')}`, ...line);
        assert.equal(status, 1, `${format} ${end}`);
        assert.match(err, /cut\.cpio cannot be imported/);
      }
    }
  });

  it('takes the message apart as libostree does', () => {
    assert.deepEqual(parseMessage('\n# one\nSubject  \n\n\nBody\n# two\nmore \n\n\n'), {
      subject: 'Subject',
      body: 'Body\nmore',
    });
    assert.throws(() => parseMessage('\n# only a comment\n'), { message: /empty commit subject/ });
  });

  it('has the message written by an editor, and commits nothing when that fails', async () => {
    const repo = `--repo=${place.in('mine')}`;
    const write = `printf '%s\\n' 'A subject' '' 'A body' >`;
    const done = await inEnvironment(
      { OSTREE_EDITOR: write, PATH: '/usr/bin:/bin' },
      repo,
      'commit',
      '-e',
      '-bx',
      place.in('tree'),
    );
    assert.equal(done.status, 0, done.err);
    assert.match(await succeed(repo, 'show', 'x'), /A subject\n\n {4}A body\n/);
    const failed = await inEnvironment({ EDITOR: 'false' }, repo, 'commit', '-e', '-by', place.in('tree'));
    assert.equal(failed.status, 1);
    assert.match(failed.err, /problem with the editor 'false'/);
    const dumb = await inEnvironment({ TERM: 'dumb' }, repo, 'commit', '-e', '-by', place.in('tree'));
    assert.match(dumb.err, /Terminal is dumb, but EDITOR unset/);
    assert.equal(run('ostree', repo, 'refs'), 'x\n');
  });

  it('leaves what it has written to the next run when it fails', async () => {
    const repo = `--repo=${place.in('mine')}`;
    const boot = '01234567-89ab-cdef-0123-456789abcdef';
    const environment = { OSTREE_REPO_TEST_ERROR: 'pre-commit', OSTREE_BOOTID: boot };
    const { status, err } = await inEnvironment(environment, repo, 'commit', '-b', 'x', place.in('tree'));
    assert.equal(status, 1);
    assert.match(err, /OSTREE_REPO_TEST_ERROR_PRE_COMMIT/);
    const tmp = () => readdirSync(place.in('mine/tmp')).filter((name) => name !== 'cache');
    assert.deepEqual(
      tmp().map((name) => name.startsWith(`staging-${boot}-`)),
      [true],
    );
    // Real ostree takes over what it finds there, and so does the next run of ours.
    run('env', `OSTREE_BOOTID=${boot}`, 'ostree', repo, 'commit', '-b', 'x', place.in('tree'));
    assert.deepEqual(tmp(), []);
    ostree(place.in('mine'), 'fsck', '-q');
  });

  it('refuses metadata without a key', async () => {
    const line = ['commit', '--orphan', '--add-metadata-string==x', place.in('tree')];
    assert.deepEqual(
      await ours(`--repo=${place.in('mine')}`, ...line),
      theirs(`--repo=${place.in('theirs')}`, ...line),
    );
  });
});
