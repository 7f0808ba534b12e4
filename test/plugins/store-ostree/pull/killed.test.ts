import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../support/shared.ts';
import type { TestServer } from '../../fetch-http/support/server.ts';
import { hasOstree, ostree, temporary } from '../support.ts';
import { ostreeAside, serveDirectory } from './support.ts';

describe('A pull that is killed (needs ostree)', function () {
  this.timeout(60_000);
  const tmp = temporary();
  let server: TestServer;
  let child: ChildProcess | undefined;
  let asked = 0;
  let killAt = Number.POSITIVE_INFINITY;
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(async () => {
    mkdirSync(tmp.in('tree/a/b'), { recursive: true });
    for (let n = 0; n < 30; n++) writeFileSync(tmp.in(`tree/a/file-${n}`), `content ${n}\n`.repeat(n * 50));
    writeFileSync(tmp.in('tree/a/b/other'), 'other');
    ostree(tmp.in('source'), 'init', '--mode=archive');
    ostree(tmp.in('source'), 'commit', '-b', 'main', '--canonical-permissions', tmp.in('tree'));
    server = await serveDirectory(
      () => tmp.in('source'),
      () => {
        if (++asked === killAt) child?.kill('SIGKILL');
        return false;
      },
    );
  });
  /** Pulls with a process of its own, which is killed when it has asked so often. */
  async function pullOnce(requests = Number.POSITIVE_INFINITY): Promise<void> {
    asked = 0;
    killAt = requests;
    const program = join(ROOT, 'bin/bin/ostrata-ostree.js');
    child = spawn(process.execPath, [program, `--repo=${tmp.in('target')}`, 'pull', 'origin', 'main'], {
      stdio: 'ignore',
      env: { ...process.env, XDG_CACHE_HOME: tmp.in('cache'), XDG_STATE_HOME: tmp.in('state') },
    });
    const [status] = (await once(child, 'exit')) as [number | null];
    assert.equal(status, requests === Number.POSITIVE_INFINITY ? 0 : null);
  }
  afterEach(async () => {
    child?.kill('SIGKILL');
    await server.close();
  });

  it('leaves a repository that ostree finds whole, and that ours or ostree completes', async () => {
    const head = ostree(tmp.in('source'), 'rev-parse', 'main');
    for (const [index, limit] of [2, 5, 9, 25].entries()) {
      const repo = tmp.in('target');
      if (index % 2 === 0) {
        ostree(repo, 'init', '--mode=bare-user');
        ostree(repo, 'remote', 'add', '--if-not-exists', '--no-gpg-verify', 'origin', server.url);
      }
      await pullOnce(limit);
      ostree(repo, 'fsck');
      assert.equal(ostree(repo, 'refs'), '');
      if (index === 1) await ostreeAside(repo, 'pull', 'origin', 'main');
      if (index === 3) await pullOnce();
      if (index % 2 === 0) continue;
      assert.equal(ostree(repo, 'rev-parse', 'origin:main'), head);
      ostree(repo, 'fsck');
      assert.deepEqual(readdirSync(join(repo, 'state')), []);
      ostree(repo, 'refs', '--delete', 'origin:main');
      ostree(repo, 'prune', '--refs-only');
    }
  });
});
