import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { ObjectStore } from '@ostrata/core';
import type { OstreeStore } from '../../../plugins/store-ostree/src/store/ostree-store.ts';
import { lsetxattr } from '../../../plugins/store-ostree/src/syscalls.ts';
import {
  commitMeta,
  hasOstree,
  isRoot,
  MODES,
  newStore,
  ostree,
  run,
  stores,
  temporary,
  testContext,
} from './support.ts';

/** A directory with what a repository may hold: modes, owners, attributes, links, sizes around those that change the code path. */
function makeSource(path: string): void {
  mkdirSync(`${path}/usr/bin`, { recursive: true });
  mkdirSync(`${path}/usr/lib/deep/er`, { recursive: true });
  mkdirSync(`${path}/empty`);
  writeFileSync(`${path}/usr/bin/tool`, '#!/bin/sh\n');
  chmodSync(`${path}/usr/bin/tool`, 0o755);
  writeFileSync(`${path}/usr/bin/setuid`, 'x');
  chmodSync(`${path}/usr/bin/setuid`, 0o4711);
  writeFileSync(`${path}/usr/lib/deep/er/größe \u{1f600}`, 'name');
  writeFileSync(`${path}/zero`, '');
  writeFileSync(`${path}/large`, Buffer.alloc(70_000, 'large '));
  writeFileSync(`${path}/private`, 'p', { mode: 0o600 });
  symlinkSync('usr/bin/tool', `${path}/link`);
  symlinkSync('/absolute/nowhere', `${path}/usr/dangling`);
  chmodSync(`${path}/empty`, 0o1777);
  lsetxattr(`${path}/zero`, 'user.b', Buffer.from('2'));
  lsetxattr(`${path}/zero`, 'user.a', Buffer.from('1'));
  lsetxattr(`${path}/usr`, 'user.directory', Buffer.from('d'));
  if (isRoot) {
    chownSync(`${path}/private`, 12, 34);
    chownSync(`${path}/empty`, 56, 78);
    lsetxattr(`${path}/large`, 'trusted.mark', Buffer.from([0, 255]));
  }
}

const usable = isRoot ? MODES : MODES.filter((mode) => mode !== 'bare');

describe('OSTree repositories beside ostree (needs ostree)', () => {
  let store: ObjectStore | undefined;
  afterEach(() => {
    store?.close();
    store = undefined;
  });
  const tmp = temporary();
  before(function () {
    if (!hasOstree) this.skip();
  });

  const ours = async (mode: string): Promise<string> => {
    const opened = (await newStore(tmp.in('ours'), mode)) as OstreeStore;
    store = opened;
    const tree = await opened.importDirectory(tmp.in('source'));
    const meta = commitMeta({
      ref: 'main/x86_64',
      subject: 'a subject',
      body: 'a body\nof two lines',
      metadata: { version: { type: 's', value: '1.0' }, other: { type: 's', value: 'ä' } },
    });
    const commit = await opened.commit(tree, meta);
    await opened.setRef('main/x86_64', commit);
    return commit;
  };
  const theirs = (mode: string): string => {
    ostree(tmp.in('theirs'), 'init', `--mode=${mode}`);
    return ostree(
      tmp.in('theirs'),
      'commit',
      '--branch=main/x86_64',
      '--subject=a subject',
      '--body=a body\nof two lines',
      '--add-metadata-string=version=1.0',
      '--add-metadata-string=other=ä',
      '--timestamp=@1700000000',
      `--tree=dir=${tmp.in('source')}`,
    );
  };

  for (const mode of usable) {
    describe(`in mode ${mode}`, () => {
      beforeEach(() => makeSource(tmp.in('source')));

      it('makes the same repository and the same commit', async () => {
        assert.equal(await ours(mode), theirs(mode));
        store?.close();
        const [mine, other] = [tmp.in('ours'), tmp.in('theirs')];
        const layout = (repo: string) =>
          run('find', repo, '-not', '-name', '.lock', '-printf', '%y %m %P\\n').split('\n').sort();
        assert.deepEqual(layout(mine), layout(other));
        assert.equal(readFileSync(`${mine}/config`, 'utf8'), readFileSync(`${other}/config`, 'utf8'));
        assert.equal(ostree(mine, 'ls', '-RCX', 'main/x86_64'), ostree(other, 'ls', '-RCX', 'main/x86_64'));
      });

      it('writes what ostree checks, shows and checks out', async () => {
        const commit = await ours(mode);
        assert.match(ostree(tmp.in('ours'), 'fsck'), /no errors found/);
        assert.match(ostree(tmp.in('ours'), 'show', commit), /a subject[\s\S]*a body\n.*of two lines/);
        assert.equal(
          ostree(tmp.in('ours'), 'show', '--print-metadata-key=ostree.ref-binding', commit),
          "['main/x86_64']",
        );
        assert.equal(ostree(tmp.in('ours'), 'rev-parse', 'main/x86_64'), commit);
        const user = mode === 'bare' ? [] : ['-U'];
        ostree(tmp.in('ours'), 'checkout', ...user, commit, tmp.in('out'));
        assert.equal(readFileSync(tmp.in('out', 'usr/lib/deep/er/größe \u{1f600}'), 'utf8'), 'name');
      });

      it('reads what ostree writes', async () => {
        const commit = theirs(mode);
        store = await stores().open(tmp.in('theirs'));
        assert.equal(await store.resolve('main/x86_64'), commit);
        const stored = await store.readCommit(commit);
        assert.equal(stored.subject, 'a subject');
        assert.equal(stored.body, 'a body\nof two lines');
        assert.equal(stored.timestamp, 1_700_000_000);
        assert.deepEqual(stored.metadata['version'], { type: 's', value: '1.0' });
        const report = await store.check(testContext());
        assert.deepEqual(report.problems, []);
        assert.equal(
          report.objects,
          run('find', tmp.in('theirs', 'objects'), '-type', 'f', '-o', '-type', 'l').trim().split('\n').length,
        );
        const tree = await store.openTree(commit);
        const listed = ostree(tmp.in('theirs'), 'ls', '-R', '--nul-filenames-only', commit).split('\0').filter(Boolean);
        assert.deepEqual(
          [...tree.walk()].map(([path]) => `/${path}`).sort(),
          listed.filter((path) => path !== '/').sort(),
        );
        const entry = tree.lookup('private');
        assert.equal(entry?.mode, mode === 'bare-user-only' ? 0o100600 : 0o100600);
        assert.equal(
          entry?.uid,
          isRoot && mode !== 'bare-user-only' ? 12 : mode === 'bare-user-only' ? 0 : process.getuid?.(),
        );
        assert.equal(Buffer.from(tree.readFile('large')).equals(Buffer.alloc(70_000, 'large ')), true);
      });

      it('checks out as ostree does, by links and as copies', async () => {
        const commit = await ours(mode);
        // Not all times are compared: ostree leaves those of copies as they come.
        const describe = (path: string, copy: boolean) =>
          run(
            'find',
            path,
            '-type',
            'd',
            '-printf',
            copy ? 'd %m %U:%G %P\\n' : 'd %m %U:%G %T@ %P\\n',
            '-o',
            '-printf',
            '%y %m %U:%G %l %P\\n',
          )
            .split('\n')
            .sort()
            .join('\n');
        for (const copy of [false, true]) {
          for (const user of isRoot ? [false, true] : [true]) {
            const name = `${copy} ${user}`;
            await store!.checkout(commit, tmp.in(`ours ${name}`), { user, copy });
            const flags = [...(copy ? ['-C'] : []), ...(user ? ['-U'] : [])];
            ostree(tmp.in('ours'), 'checkout', ...flags, commit, tmp.in(`theirs ${name}`));
            assert.equal(describe(tmp.in(`ours ${name}`), copy), describe(tmp.in(`theirs ${name}`), copy), name);
            run('diff', '-r', '--no-dereference', tmp.in(`ours ${name}`), tmp.in(`theirs ${name}`));
          }
        }
        await store!.checkout(commit, tmp.in('part'), { subpath: '/usr/bin', user: true });
        assert.deepEqual(readdirSync(tmp.in('part')), ['setuid', 'tool']);
        await assert.rejects(store!.checkout(commit, tmp.in('part'), {}), { code: 'OSTREE_CHECKOUT_EXISTS' });
        await assert.rejects(store!.checkout(commit, tmp.in('no'), { subpath: 'usr/nothing' }), {
          code: 'OSTREE_CHECKOUT_PATH',
        });
        assert.ok(!readdirSync(tmp.path).includes('no'));
      });

      it('pulls from every mode', async () => {
        const canonical = ['bare-user-only'].includes(mode);
        for (const from of usable.filter((other) => !canonical || other === 'bare-user-only')) {
          ostree(tmp.in(from), 'init', `--mode=${from}`);
          const commit = ostree(tmp.in(from), 'commit', '--branch=pulled', `--tree=dir=${tmp.in('source')}`);
          const target = await newStore(tmp.in(`${from}-pulled`), mode);
          const pulled = await target.pull(tmp.in(from), ['pulled'], testContext());
          assert.deepEqual([...pulled], [['pulled', commit]]);
          assert.equal(await target.resolve('pulled'), commit);
          target.close();
          assert.match(ostree(tmp.in(`${from}-pulled`), 'fsck'), /no errors found/);
        }
      });

      it('prunes what no ref reaches, as ostree would', async () => {
        const first = await ours(mode);
        const tree = await store!.openTree(first);
        tree.remove('usr');
        tree.writeFile('new', 'new');
        const second = await store!.commit(tree, commitMeta({ parent: first }));
        assert.equal((await store!.prune()).removed, 3);
        assert.ok(!(await store!.has(second)));
        assert.match(ostree(tmp.in('ours'), 'fsck'), /no errors found/);
        assert.match(ostree(tmp.in('ours'), 'prune', '--refs-only'), /No unreachable objects/);
      });
    });
  }

  it('commits a checkout without reading it again', async () => {
    makeSource(tmp.in('source'));
    const mode = isRoot ? 'bare' : 'bare-user';
    const commit = await ours(mode);
    await store!.checkout(commit, tmp.in('out'), { user: !isRoot });
    const tree = await (store as OstreeStore).importDirectory(tmp.in('out'), { linked: true });
    const again = await store!.openTree(commit);
    if (isRoot) assert.equal(tree.directoryId('usr/bin'), again.directoryId('usr/bin'));
    assert.deepEqual(
      [...tree.walk()].map(([path, entry]) => [path, 'id' in entry ? entry.id : '']).filter(([, id]) => id !== ''),
      [...again.walk()].map(([path, entry]) => [path, 'id' in entry ? entry.id : '']).filter(([, id]) => id !== ''),
    );
  });

  it('changes owners, modes and attributes on request as ostree does', async () => {
    makeSource(tmp.in('source'));
    const archive = (await newStore(tmp.in('ours'), 'archive')) as OstreeStore;
    store = archive;
    ostree(tmp.in('theirs'), 'init', '--mode=archive');
    const cases = [
      [{ canonicalPermissions: true }, ['--canonical-permissions']],
      [{ skipXattrs: true }, ['--no-xattrs']],
      [{ uid: 5, gid: 6 }, ['--owner-uid=5', '--owner-gid=6']],
    ] as const;
    for (const [options, flags] of cases) {
      const tree = await archive.importDirectory(tmp.in('source'), options);
      const source = `--tree=dir=${tmp.in('source')}`;
      const expected = ostree(
        tmp.in('theirs'),
        'commit',
        '--orphan',
        '--no-bindings',
        '--timestamp=@1700000000',
        ...flags,
        source,
      );
      assert.equal(await archive.commit(tree, commitMeta()), expected, flags[0]);
    }
  });
});
