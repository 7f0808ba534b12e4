import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Repository } from '../../../plugins/store-ostree/src/repo/repository.ts';
import { succeed } from './cli/support.ts';
import { hasOstree, MODES, ostree, run, temporary } from './support.ts';

describe('OSTree repositories with parents (needs ostree)', () => {
  const tmp = temporary();

  before(function () {
    if (!hasOstree) this.skip();
  });

  beforeEach(() => {
    mkdirSync(tmp.in('tree/dir'), { recursive: true });
    writeFileSync(tmp.in('tree/file'), 'file');
    writeFileSync(tmp.in('tree/dir/empty'), '');
  });

  function child(mode: string, parent: string): string {
    const path = tmp.in(`child-${mode}`);
    ostree(path, 'init', `--mode=${mode}`);
    appendFileSync(`${path}/config`, `parent=${parent}\n`);
    return path;
  }

  const filesOf = (repo: string) =>
    readdirSync(`${repo}/objects`, { recursive: true, encoding: 'utf8' }).filter((name) => /\.filez?$/.test(name))
      .length;

  for (const parentMode of ['bare-user', 'archive'] as const) {
    it(`a child of any mode reads what a parent of mode ${parentMode} has, and does not write it again`, async () => {
      const parent = tmp.in('parent');
      ostree(parent, 'init', `--mode=${parentMode}`);
      const line = ['commit', '--orphan', '--canonical-permissions', '--timestamp=@1', tmp.in('tree')];
      const commit = ostree(parent, ...line);
      for (const mode of MODES.filter((each) => each !== 'bare')) {
        const repo = child(mode, parent);
        assert.equal((await succeed(`--repo=${repo}`, ...line)).trim(), commit, mode);
        // libostree cannot read the files of an archive through another mode.
        const own = parentMode === 'archive' && mode !== 'archive' ? 2 : 0;
        assert.equal(filesOf(repo), own, mode);
        assert.match(await succeed(`--repo=${repo}`, 'fsck'), /no errors found/);
        await succeed(`--repo=${repo}`, 'checkout', '-U', commit, tmp.in(`out-${mode}`));
        run('diff', '-r', tmp.in('tree'), tmp.in(`out-${mode}`));
        writeFileSync(tmp.in('tree/new'), mode);
        const next = (
          await succeed(`--repo=${repo}`, 'commit', '-b', 'x', '--canonical-permissions', tmp.in('tree'))
        ).trim();
        assert.equal(filesOf(repo), own + 1, mode);
        assert.equal(run('ostree', `--repo=${repo}`, 'cat', next, '/file'), 'file');
        rmSync(tmp.in('tree/new'));
      }
    });
  }

  it('links files of a parent that keeps them as the checkout needs them', async () => {
    const parent = tmp.in('parent');
    ostree(parent, 'init', '--mode=bare-user');
    const commit = ostree(parent, 'commit', '--orphan', tmp.in('tree'));
    const repo = child('archive', parent);
    await succeed(`--repo=${repo}`, 'checkout', '-U', commit, tmp.in('out'));
    assert.equal(statSync(tmp.in('out/file')).nlink, 2);
  });

  it('refuses parents that lead round in a ring, and one that is not there', () => {
    ostree(tmp.in('a'), 'init', '--mode=archive');
    ostree(tmp.in('b'), 'init', '--mode=archive');
    appendFileSync(tmp.in('a/config'), `parent=${tmp.in('b')}\n`);
    appendFileSync(tmp.in('b/config'), `parent=${tmp.in('a')}\n`);
    assert.throws(() => Repository.open(tmp.in('a')), { code: 'OSTREE_REPO_INVALID', message: /ring/ });
    rmSync(tmp.in('b'), { recursive: true });
    assert.throws(() => Repository.open(tmp.in('a')), { code: 'OSTREE_REPO_MISSING' });
  });
});
