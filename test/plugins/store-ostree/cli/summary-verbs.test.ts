import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variant } from '../../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import {
  parseSummary,
  readSummarySignature,
  SUMMARY_KEY,
  summaryTime,
  updateSignedSummary,
  updateSummary,
} from '../../../../plugins/store-ostree/src/summary/index.ts';
import type { TestRun } from '../../fetch-http/support/context.ts';
import { pullRun } from '../pull/support.ts';
import { hasOstree, ostree, temporary } from '../support.ts';
import { assertSame, ours, oursWith, succeed, theirs } from './support.ts';

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

describe('ostree summary and refs (needs ostree)', function () {
  this.timeout(30_000);
  const place = temporary();
  let run: TestRun;
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(() => {
    run = pullRun();
    mkdirSync(place.in('tree'));
  });
  afterEach(() => run?.close());

  const init = (name: string, ...args: string[]) => ostree(place.in(name), 'init', '--mode=archive', ...args);
  const commit = (name: string, ref: string, ...args: string[]) =>
    ostree(place.in(name), 'commit', '--timestamp=@1000', '-b', ref, ...args, place.in('tree'));

  it('summary -u writes what ostree writes, with metadata and for collections', async () => {
    init('real', '--collection-id=org.example.Main');
    commit('real', 'main');
    commit('real', 'a/b', '--add-metadata-string=version=5');
    ostree(place.in('real'), 'refs', '--collections', '--create=org.example.Other:side', 'main');
    cpSync(place.in('real'), place.in('mine'), { recursive: true });
    const metadata = ['-m', 'map=@a{sv} {}', '--add-metadata=exampleos.text="x"', '-m', 'number=uint64 5'];
    for (let round = 0; round < 2; round++) {
      await succeed(`--repo=${place.in('mine')}`, 'summary', '-u', ...metadata);
      ostree(place.in('real'), 'summary', '-u', ...metadata);
    }
    const view = (name: string) =>
      ostree(place.in(name), 'summary', '-v')
        .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00/g, 'TIME')
        .replaceAll(/(, ostree-metadata\)\n.*\n) +[0-9a-f]{64}/g, '$1 COMMIT');
    assert.equal(view('mine'), view('real'));
    for (const key of ['map', 'exampleos.text', 'ostree.ref-binding', 'ostree.collection-binding']) {
      const value = (name: string) => ostree(place.in(name), 'show', `--print-metadata-key=${key}`, 'ostree-metadata');
      assert.equal(value('mine'), value('real'), key);
    }
    assert.equal(
      ostree(place.in('mine'), 'ls', '-C', 'ostree-metadata'),
      ostree(place.in('real'), 'ls', '-C', 'ostree-metadata'),
    );
    assert.deepEqual(
      ostree(place.in('mine'), 'log', 'ostree-metadata').match(/^commit/gm),
      ostree(place.in('real'), 'log', 'ostree-metadata').match(/^commit/gm),
    );
    assert.equal(
      ostree(place.in('mine'), 'fsck').split('\n').at(-1),
      'object fsck of 4 commits completed successfully - no errors found.',
    );
    const config = (name: string) => readFileSync(place.in(name, 'config'), 'utf8');
    assert.equal(config('mine'), config('real'));
  });

  it('summaries of random repositories are those of ostree, byte for byte', () => {
    const next = random(20_261_123);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    const parts = ['a', 'b', 'os', 'x86_64', 'stable', 'Ünicode', '日本', '_x', '0', 'a.b-c', 'zz'];
    for (let round = 0; round < 6; round++) {
      const name = `repo-${round}`;
      init(name, ...(round % 2 === 0 ? [] : ['--collection-id=org.example.Main']));
      const base = commit(name, 'main');
      ostree(place.in(name), 'remote', 'add', '--collection-id=org.example.Far', 'far', 'http://127.0.0.1/');
      ostree(place.in(name), 'remote', 'add', 'near', 'http://127.0.0.1/');
      const names = Array.from({ length: 1 + Math.floor(next() * 12) }, (_, index) =>
        [...Array.from({ length: Math.floor(next() * 3) }, () => `d${pick(parts)}`), `${pick(parts)}${index}`].join(
          '/',
        ),
      );
      for (const ref of names) {
        const kind = Math.floor(next() * 4);
        const version = next() < 0.5 ? [] : [`--add-metadata-string=version=${pick(parts)}`];
        if (kind === 0) commit(name, ref, ...version);
        else if (kind === 1) ostree(place.in(name), 'refs', `--create=far:${ref}`, base);
        else if (kind === 2) ostree(place.in(name), 'refs', `--create=near:${ref}`, base);
        else ostree(place.in(name), 'refs', '--collections', `--create=org.example.Other:${ref}`, base);
      }
      const path = place.in(name);
      ostree(path, 'summary', '-u');
      const real = readFileSync(join(path, 'summary'));
      const now = summaryTime(parseSummary(real, path).metadata, SUMMARY_KEY.lastModified)!;
      updateSummary(Repository.open(path), { now });
      assert.ok(readFileSync(join(path, 'summary')).equals(real), `${name}: ${names.join(' ')}`);
    }
  });

  it('summary shows what ostree shows, and single keys', async () => {
    init('repo');
    commit('repo', 'main');
    await assertSame(`--repo=${place.in('repo')}`, 'summary', '--view');
    ostree(place.in('repo'), 'summary', '-u', '-m', "key={'a': <'b'>}", '-m', 'time=uint64 1');
    for (const options of [['--view'], ['-v'], ['--raw'], []]) {
      await assertSame(`--repo=${place.in('repo')}`, 'summary', ...options);
    }
    for (const broken of ['-m nothing', '-m key=[', '-m key=']) {
      const args = ['summary', '-u', ...broken.split(' ')];
      const [mine, real] = [
        await ours(`--repo=${place.in('repo')}`, ...args),
        theirs(`--repo=${place.in('repo')}`, ...args),
      ];
      assert.equal(mine.status, real.status, broken);
      assert.equal(mine.status, 1, broken);
    }
    const keys = await succeed(`--repo=${place.in('repo')}`, 'summary', '--list-metadata-keys');
    assert.equal(
      keys,
      'key\nostree.summary.indexed-deltas\nostree.summary.last-modified\nostree.summary.mode\nostree.summary.tombstone-commits\ntime\n',
    );
    const print = (key: string) => ours(`--repo=${place.in('repo')}`, 'summary', `--print-metadata-key=${key}`);
    assert.equal((await print('key')).out, "{'a': <'b'>}\n");
    assert.equal((await print('ostree.summary.mode')).out, "'archive-z2'\n");
    assert.equal((await print('time')).out, 'uint64 72057594037927936\n');
    assert.deepEqual(await print('absent'), { status: 1, out: '', err: "error: No such metadata key 'absent'\n" });
    writeFileSync(place.in('repo/summary'), 'garbage');
    for (const option of ['--list-metadata-keys', '--view', '--raw']) {
      const { status, err } = await ours(`--repo=${place.in('repo')}`, 'summary', option);
      assert.equal(status, 1, option);
      assert.match(err, /^error: ./);
    }
  });

  it('a signed summary comes with its signature at once, or not at all', async () => {
    init('repo');
    commit('repo', 'main');
    const repo = Repository.open(place.in('repo'));
    updateSummary(repo, { now: 1 });
    const before = readFileSync(place.in('repo/summary'));
    const sign = async (bytes: Uint8Array) => {
      assert.deepEqual(readFileSync(place.in('repo/summary')), before);
      return new Map([['key', variant('aay', [Buffer.from(String(bytes.length))])]]);
    };
    const failing = () => Promise.reject(new Error('no key'));
    await assert.rejects(updateSignedSummary(repo, { now: 2 }, failing), /no key/);
    assert.deepEqual(readFileSync(place.in('repo/summary')), before);
    assert.deepEqual(
      readdirSync(place.in('repo/tmp')).filter((name) => name.startsWith('summary')),
      [],
    );
    await updateSignedSummary(repo, { now: 2 }, sign);
    assert.notDeepEqual(readFileSync(place.in('repo/summary')), before);
    assert.deepEqual([...readSummarySignature(repo)!.keys()], ['key']);
    const time = (file: string) => statSync(place.in('repo', file), { bigint: true }).mtimeNs;
    assert.equal(time('summary'), time('summary.sig'));
    assert.deepEqual(
      readdirSync(place.in('repo/tmp')).filter((name) => name.startsWith('summary')),
      [],
    );
  });

  it('refs makes and lists aliases and refs of collections as ostree does', async () => {
    for (const name of ['mine', 'real']) {
      init(name, '--collection-id=org.example.Main');
      commit(name, 'main');
      ostree(place.in(name), 'remote', 'add', '--collection-id=org.example.Far', 'far', 'http://127.0.0.1/');
    }
    const both = async (...args: string[]) => {
      const [mine, real] = [
        await ours(`--repo=${place.in('mine')}`, 'refs', ...args),
        theirs(`--repo=${place.in('real')}`, 'refs', ...args),
      ];
      const sorted = (text: string) => text.split('\n').sort();
      assert.deepEqual({ ...mine, out: sorted(mine.out) }, { ...real, out: sorted(real.out) }, args.join(' '));
    };
    await both('--create=far:main', 'main');
    await both('--collections', '--create=org.example.Other:side', 'main');
    await both('--collections', '--create=org.example.Far:main', 'main');
    await both('--collections', '--create=org.example.Main:more', 'main');
    await both('-A', '--create=alias', 'main');
    await both('-A', '--create=alias', 'more');
    await both('-A', '--create=far:alias', 'main');
    await both('-A', '--create=other', 'absent');
    for (const args of [
      [],
      ['-c'],
      ['-A'],
      ['-c', 'org.example.Far'],
      ['far'],
      ['far:'],
      ['--list', 'main'],
      ['-A', 'x'],
    ]) {
      await both(...args);
    }
    await both('--collections', '--create=noname:side', 'main');
    await both('--create=a/../b', 'main');
    await both('--create=../escape', 'main');
    await both('--create=main', 'main');
    await both('--force', '--create=main', 'main');
    await both('--delete', 'more');
    await both('--delete');
    await both('--collections', '--delete', 'org.example.Other');
    await both('--delete', 'alias');
    await both('--delete', 'far:main');
    await both();
    await both('-c');
    assert.ok(!existsSync(place.in('mine/escape')));
  });

  it('remote refs and remote summary show the same, and keep nothing elsewhere', async () => {
    init('served', '--collection-id=org.example.Main');
    for (const ref of ['z', 'a/b', 'B']) commit('served', ref);
    ostree(place.in('served'), 'refs', '--collections', '--create=org.example.Other:side', 'z');
    ostree(place.in('served'), 'summary', '-u');
    init('local');
    ostree(place.in('local'), 'remote', 'add', '--no-gpg-verify', 'r', `file://${place.in('served')}`);
    const both = async (...args: string[]) => {
      const line = [`--repo=${place.in('local')}`, 'remote', ...args];
      assert.deepEqual(await oursWith(run.ctx, ...line), theirs(...line), args.join(' '));
    };
    await both('summary', 'r');
    await both('summary', 'r', '--raw');
    await both('refs', 'absent');
    const refs = await oursWith(run.ctx, `--repo=${place.in('local')}`, 'remote', 'refs', 'r', '-r');
    const head = ostree(place.in('served'), 'rev-parse', 'z');
    assert.match(refs.out, new RegExp(`^r:z\\t${head}$`, 'm'));
    const key = await oursWith(
      run.ctx,
      `--repo=${place.in('local')}`,
      'remote',
      'summary',
      'r',
      '--print-metadata-key=ostree.summary.collection-id',
    );
    assert.equal(key.out, "'org.example.Main'\n");
    rmSync(place.in('served/summary'));
    await both('summary', 'r');
    await both('refs', 'r');
  });

  it('init tells what it does not know, and keeps what is there', async () => {
    const both = async (name: string, ...args: string[]) => {
      const mine = await ours(`--repo=${place.in(`mine-${name}`)}`, 'init', ...args);
      const real = theirs(`--repo=${place.in(`real-${name}`)}`, 'init', ...args);
      assert.deepEqual(mine, real, args.join(' '));
      const config = (who: string) => place.in(`${who}-${name}`, 'config');
      assert.equal(existsSync(config('mine')), existsSync(config('real')), args.join(' '));
      if (existsSync(config('mine')))
        assert.equal(readFileSync(config('mine'), 'utf8'), readFileSync(config('real'), 'utf8'));
    };
    for (const mode of ['bare', 'bare-user', 'bare-user-only', 'archive', 'archive-z2'])
      await both(mode, `--mode=${mode}`);
    await both('nonsense', '--mode=nonsense');
    await both('collection', '--collection-id=org.example.Main');
    await both('collection');
    await both('collection', '--collection-id=org.example.Other');
    await both('bad', '--collection-id=none');
    await both('bad', '--collection-id=a..b');
  });
});
