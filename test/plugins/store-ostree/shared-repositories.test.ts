import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TreeEntry } from '@ostrata/core';
import { sharedData } from '../../support/shared.ts';
import { hasTool, run, stores, testContext } from './support.ts';

interface ExpectedRef {
  readonly name: string;
  readonly commit: string;
  /** Commits with their content checksums, the newest first. */
  readonly log: { readonly commit: string; readonly content: string; readonly seconds: number }[];
  readonly listing: string[];
}

interface Expected {
  readonly path: string;
  readonly good: boolean;
  readonly refs: ExpectedRef[];
}

/** What ostree said of each repository: the file `oracle/ostree/fsck-log-ls.txt` of the shared data. */
function parseOracle(text: string): Expected[] {
  return text
    .split(/^=== REPO /m)
    .slice(1)
    .map((section) => {
      const lines = section.split('\n');
      const refs: ExpectedRef[] = [];
      for (const line of lines) {
        const ref = refs.at(-1);
        const words = line.split(' ');
        if (line.startsWith('-- ref ')) refs.push({ name: words[2]!, commit: words[3]!, log: [], listing: [] });
        else if (line.startsWith('commit ')) ref?.log.push({ commit: words[1]!, content: '', seconds: 0 });
        else if (line.startsWith('ContentChecksum:')) Object.assign(ref!.log.at(-1)!, { content: line.split(/ +/)[1] });
        else if (line.startsWith('Date:')) {
          Object.assign(ref!.log.at(-1)!, { seconds: Date.parse(line.slice(5).trim()) / 1000 });
        } else if (/^[-dl]\d{5} /.test(line)) ref?.listing.push(line);
      }
      const path = lines[0]!.split(' ')[0]!.replace('./collected/', '');
      return { path, good: section.includes('no errors found'), refs };
    });
}

function listingLine(path: string, entry: TreeEntry): string {
  const type = { directory: 'd', file: '-', symlink: 'l' }[entry.type];
  const size = entry.type === 'file' ? entry.size : 0;
  const mode = `0${(entry.mode & 0o7777).toString(8).padStart(4, '0')}`;
  const target = entry.type === 'symlink' ? ` -> ${entry.target}` : '';
  return `${type}${mode} ${entry.uid} ${entry.gid} ${size} ${path}${target}`;
}

/** The same line of the oracle, without checksums and padding. */
const expectedLine = (line: string): string => line.replace(/ +/g, ' ').replace(/ [0-9a-f]{64}/g, '');

const oracle = sharedData('oracle', 'ostree', 'fsck-log-ls.txt');
const cases = oracle ? parseOracle(readFileSync(oracle, 'utf8')) : [];

describe('OSTree repositories of others (needs ../shared, tar)', () => {
  let extracted: string;
  before(function () {
    if (!oracle || !hasTool('tar', '--version')) this.skip();
    extracted = mkdtempSync(join(tmpdir(), 'ostrata-shared-'));
  });
  after(() => {
    if (extracted) rmSync(extracted, { recursive: true, force: true });
  });

  /** The repository, unpacked when it is in an archive (`NAME.x` is NAME.tar.*). */
  function locate(path: string): string | undefined {
    const match = /^([^/]+)\/([^/]+)\.x\/(.*)$/.exec(path);
    if (!match) return sharedData('ostree', path);
    const [, folder, name, rest] = match as unknown as [string, string, string, string];
    const target = join(extracted, name);
    if (!existsSync(target)) {
      const archive = ['tar.gz', 'tar.xz', 'tar.zst']
        .map((ending) => sharedData('ostree', folder, `${name}.${ending}`))
        .find((candidate) => candidate !== undefined);
      if (archive === undefined) return undefined;
      mkdirSync(target);
      run('tar', '-C', target, '--no-same-owner', '-xf', archive);
    }
    return join(target, rest);
  }

  for (const expected of cases) {
    it(`reads ${expected.path}`, async function () {
      const location = locate(expected.path);
      if (location === undefined || !existsSync(join(location, 'config'))) this.skip();
      if (!existsSync(join(location, 'objects'))) this.skip();
      const store = await stores().open(location);
      const { problems } = await store.check(testContext());
      assert.equal(problems.length === 0, expected.good, JSON.stringify(problems));
      const refs = await store.refs();
      for (const ref of expected.refs) {
        assert.equal(refs.get(ref.name), ref.commit);
        let id: string | null = ref.commit;
        for (const entry of ref.log) {
          assert.equal(id, entry.commit);
          const commit = await store.readCommit(entry.commit);
          assert.equal(commit.timestamp, entry.seconds);
          id = commit.parent;
        }
        if (!expected.good) continue;
        const tree = await store.openTree(ref.commit);
        assert.equal(tree.directoryId(''), ref.log[0]!.content);
        const lines = [listingLine('/', tree.lookup('')!)];
        for (const [path, entry] of tree.walk()) lines.push(listingLine(`/${path}`, entry));
        assert.deepEqual(lines.sort(), ref.listing.map(expectedLine).sort());
      }
      store.close();
    });
  }

  it('refuses the one with a path that leaves the root', async function () {
    const location = locate('ostree/ostree-path-traverse.x/ostree-path-traverse/repo');
    if (location === undefined) this.skip();
    const store = await stores().open(location);
    const commit = (await store.resolve('pathtraverse-test'))!;
    await assert.rejects(store.checkout(commit, join(extracted, 'out'), { user: true }), /\.\.\/afile|\.\./);
    assert.ok(!existsSync(join(extracted, 'afile')));
    const tree = await store.openTree(commit);
    assert.throws(() => tree.list(''), { code: 'OSTREE_OBJECT_CORRUPT' });
  });
});
