import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import type { TestServer } from '../../fetch-http/support/server.ts';
import { succeed } from '../cli/support.ts';
import { hasOstree, ostree, temporary } from '../support.ts';
import { ostreeAside, serveDirectory } from './support.ts';

describe('What ostree pulls from repositories of ours (needs ostree)', function () {
  this.timeout(60_000);
  const tmp = temporary();
  let server: TestServer;
  const source = (...args: string[]): Promise<string> => succeed(`--repo=${tmp.in('source')}`, ...args);
  const commit = (text: string): Promise<string> => {
    writeFileSync(tmp.in('tree/usr/version'), text.repeat(20_000));
    const args = ['--branch=main', `--subject=${text}`, '--canonical-permissions', '--generate-sizes'];
    return source('commit', ...args, tmp.in('tree')).then((id) => id.trim());
  };
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(async () => {
    mkdirSync(tmp.in('tree/usr/lib'), { recursive: true });
    for (let n = 0; n < 20; n++) writeFileSync(tmp.in(`tree/usr/lib/file-${n}`), `content ${n}\n`.repeat(n * 40));
    await source('init', '--mode=archive', '--collection-id=org.example.Source');
    await commit('one');
    server = await serveDirectory(() => tmp.in('source'));
  });
  afterEach(() => server.close());

  const target = (name: string, mode: string, ...options: string[]): string => {
    ostree(tmp.in(name), 'init', `--mode=${mode}`);
    ostree(tmp.in(name), 'remote', 'add', '--no-gpg-verify', ...options, 'origin', server.url);
    return tmp.in(name);
  };

  it('is whole in each mode, with and without a summary', async () => {
    const head = (await source('rev-parse', 'main')).trim();
    for (const mode of ['bare-user', 'bare-user-only', 'archive']) {
      const repo = target(mode, mode);
      await ostreeAside(repo, 'pull', 'origin', 'main');
      ostree(repo, 'fsck');
      assert.equal(ostree(repo, 'rev-parse', 'origin:main'), head);
    }
    await source('summary', '-u');
    const repo = target('mirror', 'archive', '--collection-id=org.example.Source');
    await ostreeAside(repo, 'pull', '--mirror', 'origin');
    ostree(repo, 'fsck', '--verify-bindings');
    // The summary of a collection comes with a commit of the repository's own metadata.
    assert.deepEqual(ostree(repo, 'refs', '--collections').split('\n').sort(), [
      '(org.example.Source, main)',
      '(org.example.Source, ostree-metadata)',
    ]);
    const again = target('again', 'bare-user', '--collection-id=org.example.Source');
    await ostreeAside(again, 'pull', 'origin', 'main', 'ostree-metadata');
    ostree(again, 'fsck');
  });

  it('goes on from an older commit, by a static delta and with its history', async () => {
    const repo = target('target', 'bare-user');
    await ostreeAside(repo, 'pull', 'origin', 'main');
    const head = await commit('two');
    await source('static-delta', 'generate', 'main');
    await source('summary', '-u');
    const line = await ostreeAside(repo, 'pull', '--require-static-deltas', 'origin', 'main');
    assert.match(line, /^1 delta parts, /);
    assert.equal(ostree(repo, 'rev-parse', 'origin:main'), head);
    ostree(repo, 'fsck');
    await commit('three');
    await source('summary', '-u');
    const other = target('other', 'bare-user');
    await ostreeAside(other, 'pull', '--depth=-1', 'origin', 'main');
    assert.equal(ostree(other, 'log', 'origin:main').match(/^commit /gm)?.length, 3);
    ostree(other, 'fsck');
    assert.deepEqual(readdirSync(`${other}/state`), []);
  });
});
