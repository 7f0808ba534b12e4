import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { TestRun } from '../../fetch-http/support/context.ts';
import { pullRun } from '../pull/support.ts';
import { hasOstree, ostree, temporary } from '../support.ts';
import { ours, oursWith, theirs } from './support.ts';

describe('ostree find-remotes and create-usb (needs ostree)', function () {
  this.timeout(20_000);
  const place = temporary();
  let run: TestRun;
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(() => {
    run = pullRun();
    mkdirSync(place.in('tree'));
    for (const [name, collection] of [
      ['apps', 'org.example.Apps'],
      ['os', 'org.example.Os'],
    ] as const) {
      ostree(place.in(name), 'init', '--mode=archive', `--collection-id=${collection}`);
      for (const ref of ['main', 'one/two', 'zz', 'x86_64']) {
        ostree(place.in(name), 'commit', '--timestamp=@1000', '-b', ref, place.in('tree'));
      }
      ostree(place.in(name), 'summary', '-u');
    }
    ostree(place.in('local'), 'init', '--mode=archive');
    const add = (name: string, collection: string, url: string) =>
      ostree(place.in('local'), 'remote', 'add', '--no-gpg-verify', `--collection-id=${collection}`, name, url);
    add('os-remote', 'org.example.Os', `file://${place.in('os')}`);
    add('apps-remote', 'org.example.Apps', `file://${place.in('apps')}`);
    add('apps-again', 'org.example.Apps', `file://${place.in('apps')}`);
    add('away', 'org.example.Apps', `file://${place.in('away')}`);
  });
  afterEach(() => run?.close());

  const same = async (repo: string, verb: string, ...args: string[]): Promise<void> => {
    const mine = await oursWith(run.ctx, `--repo=${place.in(repo)}`, verb, ...args);
    // The real program puts a blank line more before the error of a wrong command line.
    const real = theirs(`--repo=${place.in(repo)}`, verb, ...args);
    const trimmed = (text: string) => text.replace(/\n+error: /, '\nerror: ');
    assert.deepEqual({ ...mine, err: trimmed(mine.err) }, { ...real, err: trimmed(real.err) }, args.join(' '));
  };

  it('find-remotes says the same, in the same order', async () => {
    const [apps, os] = ['org.example.Apps', 'org.example.Os'];
    await same('local', 'find-remotes', '--finders=config', apps, 'main');
    await same(
      'local',
      'find-remotes',
      apps,
      'main',
      apps,
      'one/two',
      os,
      'zz',
      os,
      'main',
      apps,
      'absent',
      apps,
      'zz',
    );
    await same('local', 'find-remotes', '--finders=config,mount', apps, 'absent');
    await same('local', 'find-remotes', '--finders=mount', apps, 'main');
    ostree(place.in('apps'), 'commit', '--timestamp=@2000', '-b', 'main', place.in('tree'));
    ostree(place.in('apps'), 'summary', '-u');
    await same('local', 'find-remotes', apps, 'main', os, 'x86_64');
  });

  it('find-remotes tells mistakes alike', async () => {
    for (const args of [
      [],
      ['org.example.Apps'],
      ['org.example.Apps', 'main', 'org.example.Os'],
      ['--mirror', 'org.example.Apps', 'main'],
      ['--finders=config,config', 'org.example.Apps', 'main'],
      ['--finders=other', 'org.example.Apps', 'main'],
      ['--finders=', 'org.example.Apps', 'main'],
      ['noname', 'main'],
      ['org.example.Apps', '../main'],
    ]) {
      await same('local', 'find-remotes', ...args);
    }
    for (const finders of ['nothing', 'config;nothing;']) {
      const config = readFileSync(place.in('apps/config'), 'utf8');
      writeFileSync(place.in('os/config'), config.replace('[core]', `[core]\ndefault-repo-finders=${finders}`));
      await same('os', 'find-remotes', 'org.example.Apps', 'main');
    }
  });

  it('find-remotes --pull takes nothing without a valid signature', async () => {
    await same('local', 'find-remotes', '--pull', '--finders=config', 'org.example.Apps', 'main');
    assert.deepEqual(readdirSync(place.in('local/refs/remotes')), []);
  });

  it('find-remotes goes on without the local network', async () => {
    const args = ['find-remotes', '--finders=lan,config', 'org.example.Apps', 'main'];
    const { status, out, err } = await oursWith(run.ctx, `--repo=${place.in('local')}`, ...args);
    assert.equal(status, 0);
    assert.match(err, /Avahi finder failed; removing it/);
    assert.match(out, /^Result 0: .*\n1\/1 refs were found\.\n$/s);
  });

  it('create-usb makes the same volume', async () => {
    const runs = [
      ['org.example.Apps', 'main'],
      ['--destination-repo=some/place', 'org.example.Apps', 'main', 'org.example.Apps', 'one/two'],
      ['--destination-repo=ostree/repo', '--disable-fsync', 'org.example.Apps', 'zz'],
      ['org.example.Apps', 'zz'],
      ['--commit=COMMIT', 'org.example.Apps', 'main'],
    ];
    const first = ostree(place.in('apps'), 'rev-parse', 'main');
    ostree(place.in('apps'), 'commit', '--timestamp=@2000', '-b', 'main', place.in('tree'));
    ostree(place.in('apps'), 'summary', '-u');
    for (const name of ['mine', 'real']) mkdirSync(place.in(name));
    for (const words of runs) {
      const args = words.map((word) => word.replace('COMMIT', first));
      const line = (name: string) => [`--repo=${place.in('apps')}`, 'create-usb', place.in(name), ...args];
      const [mine, real] = [await ours(...line('mine')), theirs(...line('real'))];
      const mount = (text: string) => text.replaceAll(/\/(mine|real)\b/g, '/MOUNT');
      assert.deepEqual({ ...mine, out: mount(mine.out) }, { ...real, out: mount(real.out) });
      const files = (name: string) => readdirSync(place.in(name), { recursive: true }).map(String).sort();
      assert.deepEqual(files('mine'), files('real'));
    }
    for (const file of [
      '.ostree/repo/config',
      'some/place/config',
      '.ostree/repo/refs/mirrors/org.example.Apps/main',
    ]) {
      assert.equal(readFileSync(place.in('mine', file), 'utf8'), readFileSync(place.in('real', file), 'utf8'), file);
    }
    assert.match(ostree(place.in('mine/.ostree/repo'), 'summary', '-v'), /\(org\.example\.Apps, zz\)/);
    ostree(place.in('mine/some/place'), 'fsck');
  });

  it('create-usb tells mistakes alike and writes nothing', async () => {
    mkdirSync(place.in('stick'));
    for (const args of [
      [],
      [place.in('stick')],
      [place.in('stick'), 'org.example.Apps', 'main', 'org.example.Apps'],
      [place.in('stick'), '--commit=x', 'org.example.Apps', 'main', 'org.example.Apps', 'zz'],
      [place.in('absent'), 'org.example.Apps', 'main'],
      [place.in('tree/../local/config'), 'org.example.Apps', 'main'],
      [place.in('stick'), 'noname', 'main'],
      [place.in('stick'), 'org.example.Apps', 'a..//b'],
    ]) {
      await same('apps', 'create-usb', ...args);
    }
    assert.deepEqual(readdirSync(place.in('stick')), []);
    await same('apps', 'create-usb', place.in('stick'), 'org.example.Apps', 'absent');
    await same('apps', 'create-usb', place.in('stick'), 'org.example.Other', 'main');
    await same('local', 'create-usb', place.in('stick'), 'org.example.Other', 'main');
    await same('apps', 'create-usb', place.path, '--destination-repo=apps', 'org.example.Apps', 'main');
    const outside = await ours(
      `--repo=${place.in('apps')}`,
      'create-usb',
      place.in('stick'),
      '--destination-repo=../out',
      'org.example.Apps',
      'main',
    );
    assert.equal(outside.status, 1);
    assert.match(outside.err, /error: --destination-repo must be a descendent of MOUNT-PATH\n$/);
    assert.ok(!existsSync(place.in('out')));
  });
});
