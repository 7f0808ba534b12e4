import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Verifier } from '@ostrata/core';
import { swap64 } from '../../../../plugins/store-ostree/src/codec/byte-order.ts';
import { variant } from '../../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { S_IFDIR } from '../../../../plugins/store-ostree/src/codec/mode.ts';
import { NO_XATTRS } from '../../../../plugins/store-ostree/src/codec/xattrs.ts';
import {
  configFinder,
  createVolume,
  findRemotes,
  mountFinder,
  pullFound,
} from '../../../../plugins/store-ostree/src/finders/index.ts';
import { addRemote } from '../../../../plugins/store-ostree/src/remote/index.ts';
import { listCollectionRefs } from '../../../../plugins/store-ostree/src/repo/collections.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import { listMirrorRefs, listRefs, writeRef } from '../../../../plugins/store-ostree/src/repo/refs.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { WriteSession } from '../../../../plugins/store-ostree/src/store/session.ts';
import { COLLECTION_MAP_TYPE, refsToValue } from '../../../../plugins/store-ostree/src/summary/codec.ts';
import {
  encodeSummary,
  parseSummary,
  SUMMARY_KEY,
  type SummaryRef,
  updateSummary,
} from '../../../../plugins/store-ostree/src/summary/index.ts';
import type { TestRun } from '../../fetch-http/support/context.ts';
import { pullRun } from '../pull/support.ts';
import { temporary } from '../support.ts';

/** Takes any signature for a good one. */
const trusting: Verifier = {
  metadataKey: 'ostree.gpgsigs',
  trusted: async () => ['key'],
  verify: async (_data, signatures) => signatures.map(() => ({ key: 'key', verdict: 'good', signer: null })),
  isBy: () => true,
  describe: () => ['good'],
};

const A = 'org.example.A';
const B = 'org.example.B';
const NOW = 1_700_000_000;
const refsOf = (collection: string, ...refs: string[]) => refs.map((ref) => ({ collection, ref }));

describe('Remotes of collection refs', () => {
  const tmp = temporary();
  let repo: Repository;
  let run: TestRun;
  beforeEach(() => {
    repo = initRepository(tmp.in('repo'), 'bare-user');
    run = pullRun({ gpg: trusting });
  });
  afterEach(() => run.close());

  /** A repository of a collection with a commit for each ref, made at its time, and a summary. */
  const source = (name: string, collection: string, refs: Readonly<Record<string, number>>, signed = true) => {
    const path = tmp.in(name);
    initRepository(path, 'archive');
    const config = readFileSync(`${path}/config`, 'utf8').replace('[core]', `[core]\ncollection-id=${collection}`);
    writeFileSync(`${path}/config`, config);
    const made = Repository.open(path);
    const session = new WriteSession(made);
    const { writer } = session;
    const tree = writer.writeDirTree({ files: new Map(), dirs: new Map() });
    const meta = writer.writeDirMeta({ uid: 0, gid: 0, mode: S_IFDIR | 0o755, xattrs: NO_XATTRS });
    const commits = new Map<string, string>();
    for (const [ref, time] of Object.entries(refs)) {
      const metadata = new Map([
        ['ostree.collection-binding', variant('s', collection)],
        ['ostree.ref-binding', variant('as', [ref])],
      ]);
      const rest = { parent: undefined, related: [], subject: '', body: '', timestamp: BigInt(time), tree, meta };
      const commit = writer.writeCommit({ metadata, ...rest });
      const signatures = variant('aay', [Buffer.from('signature')]);
      if (signed) writer.writeCommitMeta(commit, new Map([['ostree.gpgsigs', signatures]]));
      commits.set(ref, commit);
    }
    session.close();
    for (const [ref, commit] of commits) writeRef(made, ref, commit);
    updateSummary(made, { now: NOW });
    return { repo: made, commits, url: `file://${path}` };
  };
  const remote = (name: string, collection: string, url: string): void => {
    addRemote(repo, name, { url, options: new Map([['collection-id', collection]]) });
  };
  const find = (refs: ReturnType<typeof refsOf>, finder = configFinder) =>
    findRemotes(repo, refs, [finder], {}, run.ctx);

  it('are those whose summaries list them, with the newest commits only', async () => {
    const old = source('old', A, { app: 1000, other: 3000 });
    const fresh = source('fresh', A, { app: 2000 });
    source('foreign', B, { app: 9000 });
    remote('old', A, old.url);
    remote('fresh', A, fresh.url);
    remote('foreign', B, `file://${tmp.in('foreign')}`);
    remote('away', A, `file://${tmp.in('away')}`);
    addRemote(repo, 'plain', { url: old.url });
    const results = await find(refsOf(A, 'app', 'other', 'absent'));
    const shown = results.map(({ name, refs }) => [name, refs.filter(({ commit }) => commit !== null)]);
    assert.deepEqual(shown, [
      ['fresh', [{ collection: A, ref: 'app', commit: fresh.commits.get('app') }]],
      ['old', [{ collection: A, ref: 'other', commit: old.commits.get('other') }]],
    ]);
    assert.equal(results[0]!.refs.length, 3);
    assert.equal(results[0]!.lastModified, NOW);
    const only = await find(refsOf(A, 'app'));
    assert.deepEqual(
      only.map(({ name }) => name),
      ['fresh'],
    );
    assert.deepEqual(await find(refsOf('org.example.None', 'app')), []);
  });

  it('are told apart by their commits where summaries say no time', async () => {
    const [old, fresh] = [source('old', A, { app: 1000 }), source('fresh', A, { app: 2000 })];
    for (const { repo: made } of [old, fresh]) {
      const { refs, metadata } = parseSummary(readFileSync(`${made.path}/summary`), 'summary');
      const bare = refs.map((ref) => ({ ...ref, metadata: new Map() }));
      writeFileSync(`${made.path}/summary`, encodeSummary({ refs: bare, metadata }));
    }
    remote('a-old', A, old.url);
    remote('b-fresh', A, fresh.url);
    assert.deepEqual(
      (await find(refsOf(A, 'app'))).map(({ name }) => name),
      ['b-fresh'],
    );
  });

  it('are left out when their summaries are broken, lie or have names that lead elsewhere', async () => {
    const good = source('good', A, { app: 1000 });
    remote('good', A, good.url);
    const commit = good.commits.get('app')!;
    const { refs, metadata } = parseSummary(readFileSync(tmp.in('good/summary')), 'summary');
    const [ref] = refs as [SummaryRef];
    const time = (seconds: bigint) => new Map([[SUMMARY_KEY.commitTimestamp, variant('t', swap64(seconds))]]);
    const map = (collection: string, entries: readonly SummaryRef[]) =>
      new Map([
        ...metadata,
        [SUMMARY_KEY.collectionMap, variant(COLLECTION_MAP_TYPE, [[collection, refsToValue(entries)]])],
      ]);
    const hostile: readonly (Uint8Array | { refs: readonly SummaryRef[]; metadata: typeof metadata })[] = [
      Buffer.from('garbage'),
      Buffer.alloc(0),
      { refs: [{ ...ref, name: '../../config' }, ref], metadata },
      { refs: [{ ...ref, name: 'o:app' }, ref], metadata },
      { refs: [ref], metadata: map('../../..', [{ ...ref, name: '..' }]) },
      // Two truths about one commit.
      { refs: [{ ...ref, metadata: time(5000n) }], metadata },
      { refs: [{ ...ref, size: 1 }], metadata },
    ];
    for (const [index, content] of hostile.entries()) {
      cpSync(tmp.in('good'), tmp.in(`bad-${index}`), { recursive: true });
      const bytes = content instanceof Uint8Array ? content : encodeSummary(content);
      writeFileSync(tmp.in(`bad-${index}`, 'summary'), bytes);
      remote(`h${index}`, A, `file://${tmp.in(`bad-${index}`)}`);
    }
    const results = await find(refsOf(A, 'app'));
    assert.deepEqual(
      results.map(({ name }) => name),
      ['good'],
    );
    assert.equal(results[0]!.refs[0]!.commit, commit);
  });

  it('are pulled from one after the other, and only what is signed', async () => {
    const [first, second] = [source('first', A, { app: 1000 }), source('second', A, { app: 1000, more: 1000 })];
    remote('a', A, first.url);
    remote('b', A, second.url);
    const refs = refsOf(A, 'app', 'more');
    const results = await find(refs);
    assert.deepEqual(
      results.map(({ name }) => name),
      ['a', 'b'],
    );
    // What the first one says it has is gone.
    writeFileSync(
      tmp.in('first/config'),
      readFileSync(tmp.in('first/config'), 'utf8').replace('archive-z2', 'nonsense'),
    );
    assert.deepEqual(await pullFound(repo, results, { mirror: false }, run.ctx), []);
    assert.deepEqual([...listRefs(repo).keys()], ['b:app', 'b:more']);
    assert.deepEqual(await pullFound(repo, results, { mirror: true }, run.ctx), []);
    assert.deepEqual([...listMirrorRefs(repo).keys()].sort(), [`${A}/app`, `${A}/more`]);

    const unsigned = source('unsigned', B, { app: 1000 }, false);
    addRemote(repo, 'c', {
      url: unsigned.url,
      options: new Map([
        ['collection-id', B],
        ['gpg-verify', 'false'],
      ]),
    });
    const found = await find(refsOf(B, 'app'));
    assert.deepEqual(await pullFound(repo, found, { mirror: false }, run.ctx), [{ ...found[0]!.refs[0] }]);
    assert.ok(!listRefs(repo).has('c:app'));
  });

  it('are volumes too, of whose refs those count for which a remote has keys', async () => {
    const origin = source('origin', A, { app: 1000, tool: 1000 });
    const foreign = source('foreign', B, { app: 1000 });
    mkdirSync(tmp.in('stick'));
    const refs = refsOf(A, 'app', 'tool');
    assert.equal(
      await createVolume(origin.repo, tmp.in('stick'), refs, { destination: 'some/place' }, run.ctx),
      'done',
    );
    const target = { destination: 'some/place' };
    assert.equal(await createVolume(foreign.repo, tmp.in('stick'), refsOf(B, 'app'), target, run.ctx), 'done');
    assert.deepEqual(readdirSync(tmp.in('stick/.ostree/repos.d')), ['00-generated']);
    assert.equal(readlinkSync(tmp.in('stick/.ostree/repos.d/00-generated')), '../../some/place');
    // Things that are no repositories.
    symlinkSync('/', tmp.in('stick/.ostree/repos.d/01-root'));
    symlinkSync('nowhere', tmp.in('stick/.ostree/repos.d/02-broken'));
    writeFileSync(tmp.in('stick/.ostree/repos.d/03-file'), 'x');

    const finder = mountFinder([{ path: tmp.in('stick') }, { path: tmp.in('not-there') }]);
    assert.deepEqual(await find(refs, finder), []);
    remote('a', A, 'http://127.0.0.1:1/only-for-the-keys');
    const results = await find([...refs, ...refsOf(B, 'app')], finder);
    assert.equal(results.length, 1);
    const [{ url, remote: keys, priority, finder: kind }] = results as [(typeof results)[0]];
    assert.deepEqual(
      [url, keys, priority, kind],
      [`file://${tmp.in('stick/some/place')}`, 'a', 50, 'OstreeRepoFinderMount'],
    );
    assert.equal(results[0]!.refs.find(({ collection }) => collection === B)!.commit, null);
    assert.deepEqual(await pullFound(repo, results, { mirror: false }, run.ctx), []);
    assert.deepEqual([...listRefs(repo).keys()], ['a:app', 'a:tool']);
  });

  it('a volume is only written where it is, and not over the repository itself', async () => {
    const origin = source('stick/origin', A, { app: 1000 });
    mkdirSync(tmp.in('outside'));
    symlinkSync(tmp.in('outside'), tmp.in('stick/link'));
    const make = (destination: string) =>
      createVolume(origin.repo, tmp.in('stick'), refsOf(A, 'app'), { destination }, run.ctx);
    for (const destination of ['..', '../x', '/x', '', '.', 'link', 'link/below', 'a/../../x']) {
      assert.equal(await make(destination), 'outside', destination);
    }
    assert.equal(await make('origin'), 'source');
    assert.deepEqual(readdirSync(tmp.in('outside')), []);
    assert.deepEqual(readdirSync(tmp.in('stick')).sort(), ['link', 'origin']);
    assert.ok(!existsSync(tmp.in('x')));
    assert.equal(await make('.ostree/repo'), 'done');
    assert.ok(!existsSync(tmp.in('stick/.ostree/repos.d')));
    const [copied] = listCollectionRefs(Repository.open(tmp.in('stick/.ostree/repo')), { remotes: false });
    assert.deepEqual(copied, { collection: A, ref: 'app', commit: origin.commits.get('app') });
    await assert.rejects(
      createVolume(origin.repo, tmp.in('stick'), refsOf(A, 'absent'), { destination: 'y' }, run.ctx),
      { code: 'OSTREE_PULL_REF' },
    );
  });
});
