import assert from 'node:assert/strict';
import { type Context, type Metadata, type ObjectStore, PACKAGE_FORMAT } from '@ostrata/contract';
import { packageDiff, renderDiff } from '@ostrata/package-diff';
import type { AdvisoryRecord } from '../../../plugins/client/src/db/advisories.ts';
import { keyValues } from '../../../plugins/client/src/report/key-values.ts';
import { plainMetadata } from '../../../plugins/client/src/status/plain.ts';
import type { DeploymentRecord } from '../../../plugins/client/src/status/record.ts';
import { describeSignature } from '../../../plugins/client/src/status/signatures.ts';
import { renderDeployments } from '../../../plugins/client/src/status/text.ts';
import { findRevision } from '../../../plugins/client/src/update/find-revision.ts';
import { parseRevision } from '../../../plugins/client/src/update/revision.ts';

/** A store of commits alone. */
function storeOf(
  commits: { readonly [id: string]: { readonly parent?: string; readonly metadata?: Metadata } },
  more: Partial<ObjectStore> = {},
): ObjectStore {
  return {
    resolve: async (rev: string) => (rev in commits ? rev : null),
    has: async () => false,
    readCommit: async (id: string) => ({
      id,
      parent: commits[id]?.parent ?? null,
      subject: '',
      body: '',
      timestamp: 0,
      metadata: commits[id]?.metadata ?? {},
    }),
    ...more,
  } as unknown as ObjectStore;
}

const CTX = {
  signal: new AbortController().signal,
  keys: () => ['rpm'],
  get: async (token: unknown) => {
    assert.equal(token, PACKAGE_FORMAT);
    return { compare: (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0) };
  },
} as unknown as Context;

describe('client: what is said', () => {
  it('how the packages of two commits differ, by the lists in their metadata', async () => {
    const list = (...value: string[][]): { metadata: Metadata } => ({
      metadata: { 'rpmostree.rpmdb.pkglist': { type: 'a(sssss)', value } },
    });
    const store = storeOf({
      old: list(
        ['bash', '0', '1', '1', 'x86_64'],
        ['gone', '1', '1', '1', 'noarch'],
        ['same', '0', '1', '1', 'noarch'],
        ['vim', '0', '2', '1', 'x86_64'],
        ['data', '0', '1', '1', 'x86_64'],
      ),
      new: list(
        ['bash', '1', '1', '1', 'x86_64'],
        ['come', '0', '1', '1', 'noarch'],
        ['same', '0', '1', '1', 'noarch'],
        ['vim', '0', '1', '1', 'x86_64'],
        ['data', '0', '2', '1', 'noarch'],
      ),
    });
    const diff = await packageDiff(store, 'old', 'new', CTX);
    assert.ok(diff);
    assert.equal(
      renderDiff(diff),
      'Upgraded:\n  bash 1-1 -> 1:1-1\n  data 1-1 -> 2-1\nDowngraded:\n  vim 2-1 -> 1-1\nRemoved:\n  gone-1:1-1.noarch\nAdded:\n  come-1-1.noarch\n',
    );
    assert.equal(await packageDiff(storeOf({ old: {}, new: {} }), 'old', 'new', CTX), null);
  });

  it('metadata without its types', () => {
    const metadata: Metadata = {
      text: { type: 's', value: 'x' },
      variant: { type: 'v', value: { type: 'u', value: 6 } },
      repos: { type: 'aa{sv}', value: [[['id', { type: 's', value: 'a' }]]] },
      pairs: {
        type: 'a(vv)',
        value: [
          [
            { type: '(ss)', value: ['a', 'b'] },
            { type: 's', value: 'c' },
          ],
        ],
      },
      tuple: { type: '(sa{sv}u)', value: ['x', [['k', { type: 'b', value: true }]], 1] },
      list: { type: 'as', value: ['a', 'b'] },
    };
    assert.deepEqual(plainMetadata(metadata), {
      text: 'x',
      variant: 6,
      repos: [{ id: 'a' }],
      pairs: [[['a', 'b'], 'c']],
      tuple: ['x', { k: true }, 1],
      list: ['a', 'b'],
    });
  });

  it('keys to the right of a column, further values below the first', () => {
    const rows = keyValues([
      ['Version', '1'],
      ['BaseCommit', ['a', 'b']],
    ]);
    assert.equal(rows, `${' '.repeat(18)}Version: 1\n${' '.repeat(15)}BaseCommit: a\n${' '.repeat(27)}b\n`);
  });

  it('signatures by what is wrong with them', () => {
    const of = (at: number) => describeSignature([0, 1, 2, 3, 4].map((index) => index === at).concat('KEY' as never));
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].map(of).map((line) => line.replace('KEY', '').trim()),
      [
        'Valid signature by',
        'Expired signature by',
        'Expired signature by',
        'Signature by , whose key is revoked',
        "Can't check signature by : public key not found",
        'Invalid signature by',
      ],
    );
  });
});

describe('client: revisions of a branch', () => {
  const version = (value: string): Metadata => ({ version: { type: 's', value } });
  const sum = (digit: string) => digit.repeat(64);

  it('are read as versions and checksums', () => {
    assert.deepEqual(parseRevision('version=40.1'), { version: '40.1' });
    assert.deepEqual(parseRevision('40.1'), { version: '40.1' });
    assert.deepEqual(parseRevision(sum('a')), { checksum: sum('a') });
    assert.deepEqual(parseRevision(`version=${sum('a')}`), { version: sum('a') });
    assert.deepEqual(parseRevision(`revision=${sum('a')}`), { checksum: sum('a') });
    for (const text of ['', 'version=', 'revision=', 'revision=abc']) {
      assert.throws(() => parseRevision(text), { code: 'CLIENT_USAGE' });
    }
  });

  it('are looked for from the newest back, and fetched where they are not here', async () => {
    const commits: { [id: string]: { parent?: string; metadata: Metadata } } = {};
    const remote: typeof commits = {
      'r:b': { parent: sum('2'), metadata: version('3') },
      [sum('2')]: { parent: sum('1'), metadata: version('2') },
      [sum('1')]: { parent: sum('0'), metadata: version('1') },
    };
    const pulled: string[] = [];
    const store = storeOf(commits, {
      pull: async (from, [rev = ''], _ctx, options) => {
        assert.deepEqual([from, options], ['remote:r', { commitsOnly: true }]);
        pulled.push(rev);
        const id = rev === 'b' ? 'r:b' : rev;
        const found = remote[id];
        if (found === undefined) throw new Error('404');
        commits[id] = found;
        return new Map();
      },
    });
    const branch = { remote: 'r', ref: 'b' };
    assert.equal(await findRevision(store, { branch, revision: { version: '2' } }, false, CTX), sum('2'));
    assert.deepEqual(pulled, ['b', sum('2')]);
    assert.equal(await findRevision(store, { branch, revision: { checksum: sum('1') } }, false, CTX), sum('1'));
    // The history is cut behind 1.
    await assert.rejects(findRevision(store, { branch, revision: { version: '0' } }, false, CTX), {
      code: 'CLIENT_REVISION',
      message: 'There is no version 0 on the branch r:b.',
    });
    pulled.length = 0;
    assert.equal(await findRevision(store, { branch, revision: { version: '1' } }, true, CTX), sum('1'));
    assert.deepEqual(pulled, []);
  });

  it('overrides that rest, and advisories of what boots next, beside a deployment', () => {
    const nevra = (name: string) => [`${name}-2-1.noarch`, name, 0, '2', '1', 'noarch'];
    const record = {
      id: 'os-1.0',
      osname: 'os',
      checksum: '1',
      'base-commit-meta': {},
      signatures: [],
      unlocked: 'none',
      'requested-base-removals': ['gone', 'absent'],
      'base-removals': [nevra('gone')],
      'requested-base-local-replacements': ['mine-2-1.noarch', 'unused-1-1.noarch'],
      'base-local-replacements': [[nevra('mine'), nevra('mine')]],
      'requested-base-remote-replacements': [['repo=updates', ['bash', 'absent-too']]],
      'base-remote-replacements': { 'repo=updates': [[nevra('bash'), nevra('bash')]] },
    } as unknown as DeploymentRecord;
    const bug = (id: string, severity: number): AdvisoryRecord => [id, 1, severity, ['bash-2-1.noarch'], {}];
    const text = (verbose: boolean, allAdvisories: boolean) =>
      renderDeployments([record], {
        verbose,
        onlyBooted: false,
        pending: new Map([['os-1.0', [bug('A-1', 1), bug('A-22', 4), bug('A-3', 9)]]]),
        allAdvisories,
      });
    assert.match(
      text(true, true),
      /^ +InactiveBaseRemovals: absent\n +InactiveLocalOverrides: unused-1-1\.noarch\n +InactiveRemoteOverrides: repo=updates: absent-too$/m,
    );
    assert.doesNotMatch(text(false, false), /Inactive/);
    assert.match(text(false, false), /^ +SecAdvisories: 1 critical, 1 low, 1 unknown severity$/m);
    assert.match(
      text(false, true),
      /^ +SecAdvisories: A-22 {2}Critical {3}bash-2-1\.noarch\n +A-1 {3}Low {8}bash-2-1\.noarch\n +A-3 {3}Unknown/m,
    );
  });
});
