import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readConfig } from '../../../../plugins/store-ostree/src/repo/collections.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import {
  autoUpdateSummary,
  collectionRefs,
  parseSummary,
  readSummarySignature,
  SUMMARY_KEY,
  summaryDeltas,
  summaryFile,
  summaryFlag,
  summaryText,
  summaryTime,
  updateSummary,
  writeSummarySignature,
} from '../../../../plugins/store-ostree/src/summary/index.ts';
import { hasOstree, ostree, temporary } from '../support.ts';

describe('Summary (needs ostree)', function () {
  this.timeout(20_000);
  const tmp = temporary();
  before(function () {
    if (!hasOstree) this.skip();
  });
  beforeEach(() => {
    mkdirSync(tmp.in('tree'));
    writeFileSync(tmp.in('tree/file'), 'content');
    mkdirSync(tmp.in('empty'));
  });

  const init = (name: string, ...args: string[]): string => {
    ostree(tmp.in(name), 'init', '--mode=archive', ...args);
    return tmp.in(name);
  };
  const commit = (repo: string, ref: string, ...args: string[]) =>
    ostree(repo, 'commit', `--branch=${ref}`, '--timestamp=@1700000000', ...args, tmp.in('tree'));
  /** Writes the summary with ostree, then with ours as of the same second, and compares the bytes. */
  const compare = (path: string): Buffer => {
    ostree(path, 'summary', '-u');
    const theirs = readFileSync(`${path}/summary`);
    const now = summaryTime(parseSummary(theirs, path).metadata, SUMMARY_KEY.lastModified);
    const repo = Repository.open(path);
    updateSummary(repo, { now: now! });
    assert.deepEqual(summaryFile(repo), theirs);
    return theirs;
  };

  it('is byte for byte that of ostree', () => {
    const repo = init('repo');
    compare(repo);
    for (const ref of ['z', 'a/b', 'os/x86_64/stable', 'os/x86_64/testing', 'Ünicode']) commit(repo, ref, '-s', ref);
    commit(repo, 'versioned', '--add-metadata-string=version=39.1');
    const bytes = compare(repo);
    const { refs } = parseSummary(bytes, repo);
    assert.deepEqual(
      refs.map(({ name }) => name),
      ['a/b', 'os/x86_64/stable', 'os/x86_64/testing', 'versioned', 'z', 'Ünicode'],
    );
    assert.equal(summaryTime(refs[0]!.metadata, SUMMARY_KEY.commitTimestamp), 1_700_000_000);
    assert.equal(refs.find(({ name }) => name === 'versioned')!.metadata.get('ostree.commit.version')!.value, '39.1');
  });

  it('is byte for byte that of ostree with deltas, remotes and collections', () => {
    const repo = init('repo', '--collection-id=org.example.Main');
    const first = commit(repo, 'main', '-s', 'one');
    writeFileSync(tmp.in('tree/file'), 'other content');
    const second = commit(repo, 'main', '-s', 'two');
    ostree(repo, 'static-delta', 'generate', '--empty', `--to=${second}`);
    ostree(repo, 'static-delta', 'generate', `--from=${first}`, `--to=${second}`);
    ostree(repo, 'refs', '--collections', '--create=org.example.Other:side', first);
    ostree(repo, 'remote', 'add', '--collection-id=org.example.Far', '--no-gpg-verify', 'far', 'http://127.0.0.1/');
    ostree(repo, 'refs', '--create=far:distant', second);
    const summary = parseSummary(compare(repo), repo);
    assert.deepEqual([...summaryDeltas(summary).keys()].sort(), [second, `${first}-${second}`].sort());
    assert.deepEqual([...collectionRefs(summary).keys()], ['org.example.Far', 'org.example.Other']);
    assert.equal(summaryText(summary, SUMMARY_KEY.collectionId), 'org.example.Main');
    assert.equal(summaryFlag(summary, SUMMARY_KEY.indexedDeltas), true);
    ostree(repo, 'config', 'set', 'core.no-deltas-in-summary', 'true');
    compare(repo);
  });

  it('drops the signature of the old summary, and keeps one that is set', () => {
    const path = init('repo');
    const repo = Repository.open(path);
    updateSummary(repo, { now: 1 });
    const signatures = new Map([['ostree.sign.ed25519', { type: 'aay', value: [Buffer.alloc(64, 1)] }]]);
    writeSummarySignature(repo, signatures);
    assert.deepEqual(readSummarySignature(repo)!.get('ostree.sign.ed25519')!.type, 'aay');
    updateSummary(repo, { now: 2 });
    assert.equal(readSummarySignature(repo), undefined);
  });

  it('is updated by itself only when the config wants it', () => {
    const path = init('repo');
    const repo = Repository.open(path);
    autoUpdateSummary(repo, { now: 1 });
    assert.ok(!existsSync(`${path}/summary`));
    ostree(path, 'config', 'set', 'core.auto-update-summary', 'true');
    assert.equal(readConfig(repo).get('core', 'auto-update-summary'), 'true');
    autoUpdateSummary(repo, { now: 1 });
    assert.ok(existsSync(`${path}/summary`));
  });

  it('refuses bytes that are none', () => {
    const repo = init('repo');
    commit(repo, 'main');
    const bytes = compare(repo);
    for (const broken of [
      bytes.subarray(0, 60),
      Buffer.concat([bytes, Buffer.alloc(1)]),
      Buffer.from('<html>'),
      Buffer.alloc(0),
    ]) {
      assert.throws(() => parseSummary(broken, 'summary'), { code: 'OSTREE_SUMMARY_INVALID' });
    }
  });
});
