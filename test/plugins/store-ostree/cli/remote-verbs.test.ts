import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hasOstree, ostree, temporary } from '../support.ts';
import { ours, succeed, theirs } from './support.ts';

describe('ostree remote (needs ostree)', function () {
  this.timeout(20_000);
  const place = temporary();
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(() => {
    for (const name of ['mine', 'real']) ostree(place.in(name), 'init', '--mode=archive');
  });

  /** Both programs do the same with repositories of their own and say the same. */
  const same = async (...args: string[]): Promise<void> => {
    const mine = await ours(`--repo=${place.in('mine')}`, ...args);
    const real = theirs(`--repo=${place.in('real')}`, ...args);
    assert.deepEqual(mine, real, args.join(' '));
  };
  const sameFile = (name: string): void =>
    assert.equal(readFileSync(place.in('mine', name), 'utf8'), readFileSync(place.in('real', name), 'utf8'));

  it('add, list, show-url and delete leave the same config', async () => {
    await same('remote', 'add', 'plain', 'http://127.0.0.1/repo');
    await same('remote', 'add', 'branches', 'http://127.0.0.1/repo', 'main', 'os/x86_64/stable');
    await same('remote', 'add', '--no-gpg-verify', '--contenturl=http://127.0.0.1/c', 'c', 'http://127.0.0.1/');
    await same('remote', 'add', '--no-sign-verify', '--collection-id=org.example.A', 'd', 'http://127.0.0.1/');
    await same('remote', 'add', '--collection-id=no-name-of-one', 'e', 'mirrorlist=http://127.0.0.1/');
    await same('remote', 'list');
    await same('remote', 'list', '-u');
    await same('remote', 'add', '--set=a=b=c', '--set=odd key=  spaces\t', '--set=url=http://127.0.0.1/z', 'f', 'x:');
    await same('remote', 'add', '--custom-backend=other', 'backend');
    await same('remote', 'add', 'link', 'metalink=http://127.0.0.1/m');
    await same(
      'remote',
      'add',
      '--sign-verify=dummy=inline:key',
      '--sign-verify=dummy=file:/x',
      'g',
      'http://127.0.0.1',
    );
    sameFile('config');
    await same('remote', 'show-url', 'plain');
    await same('remote', 'delete', 'branches');
    await same('remote', 'delete', '--if-exists', 'branches');
    await same('remote', 'add', '--if-not-exists', 'plain', 'http://127.0.0.1/other');
    await same('remote', 'add', '--force', 'plain', 'http://127.0.0.1/forced');
    await same('remote', 'add', '--force', 'fresh', 'http://127.0.0.1/forced');
    sameFile('config');
  });

  it('tells mistakes alike and writes nothing', async () => {
    const before = readFileSync(place.in('mine/config'), 'utf8');
    await same('remote', 'delete', 'absent');
    await same('remote', 'show-url', 'absent');
    await same('remote', 'add', 'a/b', 'http://127.0.0.1/');
    await same('remote', 'add', 'r', 'http://127.0.0.1/', '--set=novalue');
    await same('remote', 'add', 'r', 'http://127.0.0.1/', '--sign-verify=x');
    await same('remote', 'add', 'r', 'http://127.0.0.1/', '--sign-verify=none=inline:x');
    await same('remote', 'add', 'r', 'http://127.0.0.1/', '--sign-verify=dummy=other:x');
    await same('remote', 'add', 'r', 'http://127.0.0.1/', '--sign-verify=dummy=file:x', '--no-sign-verify');
    assert.equal(readFileSync(place.in('mine/config'), 'utf8'), before);
    await same('remote', 'add', 'link', 'metalink=http://127.0.0.1/m');
    await same('remote', 'show-url', 'link');
    await same('remote', 'add', 'link', 'http://127.0.0.1/');
    assert.equal((await ours(`--repo=${place.in('mine')}`, 'remote', 'add', 'x', 'http://h', 'a;b')).status, 1);
  });

  it('lists the remotes of a parent, and changes only its own', async () => {
    for (const name of ['mine', 'real']) {
      ostree(place.in('parent'), 'init', '--mode=archive');
      ostree(place.in('parent'), 'remote', 'add', '--if-not-exists', 'above', 'http://127.0.0.1/above');
      ostree(place.in(name), 'config', 'set', 'core.parent', place.in('parent'));
    }
    await same('remote', 'add', 'own', 'http://127.0.0.1/own');
    await same('remote', 'list', '--show-urls');
    await same('remote', 'delete', 'above');
    await same('remote', 'add', 'above', 'http://127.0.0.1/mine');
    await same('remote', 'list', '--show-urls');
  });

  it('add and delete work on a sysroot, in remotes.d where it is a deployment', async () => {
    const [repo, root] = [place.in('root/ostree/repo'), place.in('root')];
    mkdirSync(repo, { recursive: true });
    mkdirSync(`${root}/ostree/deploy`);
    ostree(repo, 'init', '--mode=bare');
    await succeed('remote', 'add', `--sysroot=${root}`, 'one', 'http://127.0.0.1/');
    assert.match(readFileSync(`${repo}/config`, 'utf8'), /\[remote "one"\]\nurl=/);
    mkdirSync(`${root}/sysroot`);
    await succeed('remote', 'add', `--sysroot=${root}`, '--no-gpg-verify', 'two', 'http://127.0.0.1/');
    const file = `${root}/etc/ostree/remotes.d/two.conf`;
    assert.equal(readFileSync(file, 'utf8'), '[remote "two"]\nurl=http://127.0.0.1/\ngpg-verify=false\n');
    const again = ['remote', 'add', `--sysroot=${root}`, 'two', 'http://127.0.0.1/'];
    assert.deepEqual(await ours(...again), theirs(...again));
    const nowhere = ['remote', 'delete', `--sysroot=${root}/nowhere`, 'two'];
    assert.deepEqual(await ours(...nowhere), theirs(...nowhere));
    await succeed('remote', 'delete', `--sysroot=${root}`, 'two');
    assert.ok(!existsSync(file));
  });

  it('keeps cookies in the same jar', async () => {
    await same('remote', 'add-cookie', 'r', '127.0.0.1', '/', 'name', 'value');
    await same('remote', 'add-cookie', 'r', '.example.com', '/below', 'other', 'b');
    await same('remote', 'delete-cookie', 'r', '127.0.0.1', '/', 'absent');
    const jar = (name: string) => readFileSync(place.in(name, 'r.cookies.txt'), 'utf8').replace(/\d{10}/g, 'TIME');
    assert.equal(jar('mine'), jar('real'));
    const { out } = await ours(`--repo=${place.in('mine')}`, 'remote', 'list-cookies', 'r');
    assert.match(
      out,
      /^--\nDomain: 127\.0\.0\.1\nPath: \/\nName: name\nSecure: FALSE\nExpires: 20\d\d-.* \+0000\nValue: value\n--\n/,
    );
    await same('remote', 'delete-cookie', 'r', '127.0.0.1', '/', 'name');
    assert.equal(jar('mine'), jar('real'));
    await same('remote', 'delete-cookie', 'absent', '127.0.0.1', '/', 'name');
  });

  it('refuses cookies that would break the jar or leave the repository', async () => {
    const add = (...args: string[]) => ours(`--repo=${place.in('mine')}`, 'remote', 'add-cookie', ...args);
    for (const [remote, domain, value] of [
      ['../escaped', '127.0.0.1', 'v'],
      ['r', '127.0.0.1\tTRUE', 'v'],
      ['r', '127.0.0.1', 'v\nevil.example\tTRUE\t/\tFALSE\t0\ta\tb'],
      ['r', '', 'v'],
    ]) {
      const { status, err } = await add(remote!, domain!, '/', 'name', value!);
      assert.equal(status, 1);
      assert.match(err, /^error: ./);
    }
    assert.ok(!existsSync(place.in('mine/r.cookies.txt')));
    assert.ok(!existsSync(place.in('escaped.cookies.txt')));
  });

  it('refuses a config that cannot be read, and leaves it as it is', async () => {
    for (const text of ['[core]\nrepo_version=1\nmode=archive-z2\nno value\n', '[core\n', 'key=value\n']) {
      writeFileSync(place.in('mine/config'), text);
      const { status, err } = await ours(`--repo=${place.in('mine')}`, 'remote', 'add', 'r', 'http://127.0.0.1/');
      assert.equal(status, 1);
      assert.match(err, /config/);
      assert.equal(readFileSync(place.in('mine/config'), 'utf8'), text);
    }
  });
});
