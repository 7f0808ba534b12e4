import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { lgetxattr } from '../../../../plugins/store-ostree/src/syscalls.ts';
import { hasOstree, isRoot, ostree, run, temporary } from '../support.ts';
import { ours, succeed, theirs } from './support.ts';

const CONTEXTS = `
/.*	system_u:object_r:default_t:s0
/usr(/.*)?	system_u:object_r:usr_t:s0
/usr/bin(/.*)?	system_u:object_r:bin_t:s0
/usr/bin/sh	--	system_u:object_r:shell_exec_t:s0
/usr/lib(/.*)?	-l	system_u:object_r:link_t:s0
/etc(/.*)?	system_u:object_r:etc_t:s0
/usr/none	<<none>>
/mnt	-d	system_u:object_r:mnt_t:s0
/below(/.*)?	system_u:object_r:below_t:s0
`;

const hasSelinux = hasOstree && /- selinux/.test(run('ostree', '--version'));

describe('ostree with SELinux labels (needs ostree with selinux)', () => {
  const place = temporary();

  before(function () {
    if (!hasSelinux) this.skip();
  });

  beforeEach(() => {
    for (const name of ['mine', 'theirs']) ostree(place.in(name), 'init', '--mode=archive');
    for (const etc of ['etc', 'usr/etc']) {
      const files = place.in('root', etc, 'selinux/targeted/contexts/files');
      mkdirSync(files, { recursive: true });
      mkdirSync(place.in('root', etc, 'selinux/targeted/policy'));
      writeFileSync(place.in('root', etc, 'selinux/config'), 'SELINUX=enforcing\nSELINUXTYPE=targeted\n');
      writeFileSync(place.in('root', etc, 'selinux/targeted/policy/policy.33'), 'policy');
      writeFileSync(`${files}/file_contexts`, CONTEXTS);
      writeFileSync(`${files}/file_contexts.subs_dist`, '/usr/local/bin /usr/bin\n');
    }
    for (const name of ['usr/bin', 'usr/lib', 'usr/local/bin', 'proc', 'etc']) {
      mkdirSync(place.in('root', name), { recursive: true });
    }
    for (const name of ['usr/bin/sh', 'usr/bin/other', 'usr/local/bin/sh', 'usr/none', 'etc/passwd']) {
      writeFileSync(place.in('root', name), name);
    }
    symlinkSync('bin', place.in('root/usr/lib/link'));
  });

  async function assertSameCommit(...words: string[]): Promise<string> {
    const line = ['commit', '--orphan', '--timestamp=@1', ...words];
    const mine = await ours(`--repo=${place.in('mine')}`, ...line);
    assert.deepEqual(mine, theirs(`--repo=${place.in('theirs')}`, ...line), words.join(' '));
    return mine.out.trim();
  }

  it('commit --selinux-policy and --selinux-policy-from-base label as ostree does', async () => {
    const root = place.in('root');
    const plain = await assertSameCommit(root);
    const labeled = await assertSameCommit(`--selinux-policy=${root}`, root);
    assert.notEqual(labeled, plain);
    assert.equal(await assertSameCommit('-P', `--tree=dir=${root}`), labeled);
    assert.equal(await assertSameCommit('-P', `--tree=ref=${plain}`), labeled);
    await assertSameCommit(`--selinux-policy=${root}`, '--no-xattrs', `--tree=ref=${labeled}`);
    await assertSameCommit(`--selinux-policy=${root}`, '--canonical-permissions', root);
    run('tar', '-C', root, '-cf', place.in('root.tar'), '.');
    await assertSameCommit(`--selinux-policy=${root}`, `--tree=tar=${place.in('root.tar')}`);
    await assertSameCommit('-P', `--tree=tar=${place.in('root.tar')}`);
    await assertSameCommit('-P', `--selinux-policy=${root}`, root);
    const listed = await succeed(`--repo=${place.in('mine')}`, 'ls', '-X', labeled, '/usr/bin/sh');
    assert.match(listed, /shell_exec_t:s0/);
  });

  it('the second labeling epoch labels /usr/etc as /etc', async () => {
    const repo = `--repo=${place.in('mine')}`;
    const root = place.in('root');
    mkdirSync(place.in('root/usr/etc/x'));
    const line = ['commit', '--orphan', `--selinux-policy=${root}`];
    const first = (await succeed(repo, ...line, root)).trim();
    const second = (await succeed(repo, ...line, '--selinux-labeling-epoch=1', root)).trim();
    assert.match(await succeed(repo, 'ls', '-d', '-X', first, '/usr/etc/x'), /usr_t/);
    assert.match(await succeed(repo, 'ls', '-d', '-X', second, '/usr/etc/x'), /etc_t/);
    assert.equal((await ours(repo, ...line, '--selinux-labeling-epoch=2', root)).status, 1);
  });

  it('a policy that is switched off labels nothing, one that is not there is an error', async () => {
    const root = place.in('root');
    const plain = await assertSameCommit(root);
    mkdirSync(place.in('etc/selinux'), { recursive: true });
    writeFileSync(place.in('etc/selinux/config'), 'SELINUX=disabled\nSELINUXTYPE=targeted\n');
    assert.equal(await assertSameCommit(`--selinux-policy=${place.path}`, root), plain);
    rmSync(place.in('root/etc/selinux/targeted/contexts/files/file_contexts'));
    const { status, err } = await ours(
      ...[`--repo=${place.in('mine')}`, 'commit', '--orphan', `--selinux-policy=${root}`, root],
    );
    assert.equal(status, 1);
    assert.match(err, /has no etc\/selinux\/targeted\/contexts\/files\/file_contexts/);
  });

  it('checkout --selinux-policy labels what it makes (needs root)', async function () {
    if (!isRoot) this.skip();
    const root = place.in('root');
    const repo = place.in('mine');
    // Real ostree crashes where a path has no label.
    rmSync(place.in('root/usr/none'));
    const commit = ostree(repo, 'commit', '--orphan', `--selinux-policy=${root}`, '--owner-uid=0', root);
    const label = (path: string) => lgetxattr(place.in(path), 'security.selinux')?.toString().replace(/\0$/, '');
    for (const prefix of [[], ['--selinux-prefix=/below']]) {
      const line = ['checkout', `--selinux-policy=${root}`, ...prefix, commit];
      await succeed(`--repo=${repo}`, ...line, place.in('out'));
      ostree(repo, ...line, place.in('expected'));
      for (const file of ['usr/bin/sh', 'usr/bin/other', 'etc/passwd']) {
        assert.equal(label(`out/${file}`), label(`expected/${file}`), file);
      }
      for (const name of ['out', 'expected']) rmSync(place.in(name), { recursive: true });
    }
    await succeed(`--repo=${repo}`, 'checkout', `--selinux-policy=${root}`, commit, place.in('out'));
    assert.equal(label('out/usr/bin'), 'system_u:object_r:bin_t:s0');
    assert.equal(label('out/usr/lib/link'), 'system_u:object_r:link_t:s0');
    assert.equal(label('out/proc'), 'system_u:object_r:mnt_t:s0');
    for (const wrong of [['--selinux-prefix=/x'], [`--selinux-policy=${root}`, '-H']]) {
      const line = ['checkout', ...wrong, commit, place.in('wrong')];
      assert.deepEqual(await ours(`--repo=${repo}`, ...line), theirs(`--repo=${repo}`, ...line), wrong.join(' '));
    }
  });
});
