import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cookiesFor, parseCookies } from '../../../../plugins/store-ostree/src/pull/http/cookies.ts';
import { pull } from '../../../../plugins/store-ostree/src/pull/index.ts';
import {
  addRemote,
  deleteRemote,
  fetchSummary,
  findRemote,
  listRemotes,
  remoteFlag,
  remoteList,
  remoteRefs,
  remoteUrl,
} from '../../../../plugins/store-ostree/src/remote/index.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { pullRun, serveDirectory } from '../pull/support.ts';
import { hasOstree, ostree, temporary } from '../support.ts';

describe('Remotes', () => {
  const tmp = temporary();
  let repo: Repository;
  beforeEach(() => {
    repo = initRepository(tmp.in('repo'), 'archive');
  });
  const config = () => readFileSync(tmp.in('repo/config'), 'utf8');

  it('are added, found, listed and deleted, and leave the rest of the config alone', () => {
    writeFileSync(tmp.in('repo/config'), `${config()}# a comment\n\n[other]\nkey=value\n`);
    const before = config();
    const options = new Map([
      ['gpg-verify', 'false'],
      ['branches', 'one;two;'],
    ]);
    assert.ok(addRemote(repo, 'b', { url: 'http://127.0.0.1/b', options }));
    assert.ok(addRemote(repo, 'a', { url: 'metalink=http://127.0.0.1/a' }));
    assert.deepEqual(
      listRemotes(repo).map(({ name }) => name),
      ['a', 'b'],
    );
    const remote = findRemote(repo, 'b');
    assert.equal(remoteUrl(remote), 'http://127.0.0.1/b');
    assert.equal(remoteFlag(remote, 'gpg-verify', true), false);
    assert.deepEqual(remoteList(remote, 'branches'), ['one', 'two']);
    assert.equal(remoteUrl(findRemote(repo, 'a')), 'metalink=http://127.0.0.1/a');
    writeFileSync(tmp.in('repo/b.trustedkeys.gpg'), 'keys');
    assert.ok(deleteRemote(repo, 'b'));
    assert.ok(!existsSync(tmp.in('repo/b.trustedkeys.gpg')));
    deleteRemote(repo, 'a');
    assert.equal(config(), before);
    assert.throws(() => deleteRemote(repo, 'b'), { code: 'OSTREE_REMOTE_UNKNOWN' });
    assert.equal(deleteRemote(repo, 'b', { ifExists: true }), false);
  });

  it('are refused, kept or replaced where there is one', () => {
    addRemote(repo, 'r', { url: 'http://127.0.0.1/1' });
    assert.throws(() => addRemote(repo, 'r', { url: 'http://127.0.0.1/2' }), { code: 'OSTREE_REMOTE_EXISTS' });
    assert.equal(addRemote(repo, 'r', { url: 'http://127.0.0.1/2', existing: 'keep' }), false);
    assert.equal(remoteUrl(findRemote(repo, 'r')), 'http://127.0.0.1/1');
    addRemote(repo, 'r', { url: 'http://127.0.0.1/2', existing: 'replace' });
    assert.equal(remoteUrl(findRemote(repo, 'r')), 'http://127.0.0.1/2');
    for (const name of ['', 'a/b', 'a:b', '.a', 'a"]\n[core'])
      assert.throws(() => addRemote(repo, name, { url: 'http://127.0.0.1/' }), { code: 'OSTREE_REMOTE_INVALID' });
    for (const key of ['', 'bad=key', ' key', '[core]', 'a\nb', '#key']) {
      const options = new Map([[key, 'x']]);
      assert.throws(() => addRemote(repo, 's', { options }), { code: 'OSTREE_REMOTE_INVALID' }, key);
    }
    addRemote(repo, 's', { options: new Map([['custom-backend', ' a\\b\n[core]\nmode=bare']]) });
    assert.equal(findRemote(repo, 's').options.get('custom-backend'), ' a\\b\n[core]\nmode=bare');
    assert.throws(() => remoteUrl(findRemote(repo, 's')), { code: 'OSTREE_REMOTE_INVALID' });
  });

  it('stand in a directory beside the config as well', () => {
    const remotesDirectory = tmp.in('etc/remotes.d');
    addRemote(repo, 'r', { url: 'http://127.0.0.1/' }, { remotesDirectory });
    assert.equal(readFileSync(join(remotesDirectory, 'r.conf'), 'utf8'), '[remote "r"]\nurl=http://127.0.0.1/\n');
    assert.deepEqual(listRemotes(repo), []);
    assert.equal(findRemote(repo, 'r', { remotesDirectory }).file, join(remotesDirectory, 'r.conf'));
    writeFileSync(join(remotesDirectory, 'broken.conf'), 'nonsense');
    assert.throws(() => listRemotes(repo, { remotesDirectory }), { code: 'OSTREE_REMOTE_INVALID' });
    writeFileSync(join(remotesDirectory, 'broken.conf'), '[remote "r"]\nurl=http://127.0.0.1/\n');
    assert.throws(() => listRemotes(repo, { remotesDirectory }), { code: 'OSTREE_REMOTE_INVALID' });
    writeFileSync(join(remotesDirectory, 'broken.conf'), '');
    deleteRemote(repo, 'r', { remotesDirectory });
    assert.ok(!existsSync(join(remotesDirectory, 'r.conf')));
    writeFileSync(tmp.in('repo/config'), config().replace('[core]', '[core]\nadd-remotes-config-dir=false'));
    addRemote(repo, 'r', { url: 'http://127.0.0.1/' }, { remotesDirectory });
    assert.equal(findRemote(repo, 'r', { remotesDirectory }).file, null);
  });

  it('are not pulled from before they are configured, or when another program does it', async () => {
    const run = pullRun();
    for (const key of ['unconfigured-state', 'custom-backend']) {
      addRemote(repo, key, { url: 'http://127.0.0.1/', options: new Map([[key, 'first log in']]) });
      const { message, code } = await pull(repo, { remote: key, revs: ['main'] }, run.ctx).catch((error) => error);
      assert.equal(code, 'OSTREE_REMOTE_UNUSABLE');
      assert.match(message, /first log in/);
    }
    const options = new Map([['tls-client-key-path', '/key']]);
    addRemote(repo, 'tls', { url: 'http://127.0.0.1/', options });
    await assert.rejects(pull(repo, { remote: 'tls', revs: ['main'] }, run.ctx), { code: 'OSTREE_REMOTE_INVALID' });
    await run.close();
  });

  it('tell their refs by the summary (needs ostree)', async function () {
    if (!hasOstree) this.skip();
    this.timeout(20_000);
    mkdirSync(tmp.in('tree'));
    ostree(tmp.in('source'), 'init', '--mode=archive', '--collection-id=org.example.Main');
    const head = ostree(tmp.in('source'), 'commit', '-b', 'main', tmp.in('tree'));
    ostree(tmp.in('source'), 'refs', '--collections', '--create=org.example.Other:side', head);
    const run = pullRun();
    const server = await serveDirectory(() => tmp.in('source'));
    addRemote(repo, 'r', { url: server.url });
    await assert.rejects(remoteRefs(repo, 'r', {}, run.ctx), { code: 'OSTREE_SUMMARY_MISSING' });
    ostree(tmp.in('source'), 'summary', '-u');
    const refs = await remoteRefs(repo, 'r', {}, run.ctx);
    assert.equal(refs.get('main'), head);
    assert.equal(refs.get('org.example.Other:side'), head);
    const signed = await fetchSummary(repo, 'r', {}, run.ctx);
    assert.deepEqual(Buffer.from(signed!.bytes), readFileSync(tmp.in('source/summary')));
    await server.close();
    await run.close();
  });
});

describe('Cookies of a remote', () => {
  const cookies = parseCookies(
    [
      '# Netscape HTTP Cookie File',
      '127.0.0.1\tFALSE\t/\tFALSE\t0\tplain\tvalue',
      '#HttpOnly_.example.test\tTRUE\t/repo\tFALSE\t2000\tbelow\t2',
      'example.test\tFALSE\t/\tTRUE\t0\tsecure\t3',
      'broken line',
      '',
    ].join('\n'),
  );
  const header = (url: string, now = 1000) => cookiesFor(cookies, new URL(url), now);

  it('are sent to the hosts, paths and times that they are for', () => {
    assert.equal(header('http://127.0.0.1/anything'), 'plain=value');
    assert.equal(header('http://other.test/'), '');
    assert.equal(header('http://a.example.test/repo/config'), 'below=2');
    assert.equal(header('http://a.example.test/repository'), '');
    assert.equal(header('http://a.example.test/repo', 3000), '');
    assert.equal(header('https://example.test/repo'), 'below=2; secure=3');
  });
});

describe('Configs with odd contents', () => {
  const tmp = temporary();
  const BASE = '[core]\nrepo_version=1\nmode=archive-z2\n';
  const names = (text: string | Uint8Array): string[] => {
    initRepository(tmp.in('repo'), 'archive');
    writeFileSync(tmp.in('repo/config'), Buffer.concat([Buffer.from(BASE), Buffer.from(text)]));
    return listRemotes(Repository.open(tmp.in('repo'))).map(({ name, options }) => `${name} ${options.get('url')}`);
  };

  it('are read as GLib reads them', () => {
    assert.deepEqual(names('[remote "a"]\r\nurl=http://x\r\n'), ['a http://x']);
    assert.deepEqual(names('  [remote "a"] \n\turl = http://x\n'), ['a http://x']);
    assert.deepEqual(names('[remote "a"]\nurl=http://x\n[other]\n[remote "a"]\nurl=http://y'), ['a http://y']);
    assert.deepEqual(names('[remote "ä.b-c"]\n# no\n\nurl[de]=z\nurl=http://x#y\n'), ['ä.b-c http://x#y']);
    assert.deepEqual(names('[remote "a"]\nurl=http://\\sx\\ty\n'), ['a http:// x\ty']);
  });

  it('have no remotes but those with names that refs can have', () => {
    for (const name of ['../a', 'a/b', 'a b', '.a', '-a', '', 'a"]['.slice(0, 2), '..']) {
      assert.deepEqual(names(`[remote "${name}"]\nurl=http://x\n`), [], name);
    }
    assert.deepEqual(names('[remote a]\nurl=x\n[Remote "a"]\nurl=x\n[remote  "a"]\nurl=x\n[remote "a" ]\nurl=x\n'), []);
  });

  it('are refused as a whole when a line is none', () => {
    const broken: (string | Uint8Array)[] = [
      'no value\n',
      '[remote "a"\nurl=x\n',
      '[remote "a"]b\nurl=x\n',
      '[remote "a]"]\nurl=x\n',
      '[]\nurl=x\n',
      '=x\n',
      '\ufeff[remote "a"]\nurl=x\n',
      '[remote "a"]\nurl=http://x\0y\n',
      Buffer.concat([Buffer.from('[remote "a"]\nurl=http://'), Buffer.of(0xff, 10)]),
      '; no comment\n',
    ];
    for (const text of broken) assert.throws(() => names(text), { code: 'OSTREE_REPO_INVALID' }, String(text));
  });
});
