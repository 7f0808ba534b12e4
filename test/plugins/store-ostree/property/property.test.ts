import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Checkout } from '../../../../plugins/store-ostree/src/checkout/checkout.ts';
import type { CheckoutOptions } from '../../../../plugins/store-ostree/src/checkout/options.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import type { OstreeStore } from '../../../../plugins/store-ostree/src/store/ostree-store.ts';
import { mknod } from '../../../../plugins/store-ostree/src/syscalls.ts';
import { commitMeta, hasOstree, isRoot, MODES, newStore, ostree, temporary } from '../support.ts';
import { type RandomDirectory, randomTree, writeRandomTree } from './random-tree.ts';
import { snapshot } from './snapshot.ts';

/** A normal run takes seconds and is always the same; a longer one goes to other trees and to files of 64 MB. */
const RUNS = process.env['OSTRATA_PROPERTY_RUNS'];
const LARGEST = RUNS === undefined ? 2 ** 21 : 2 ** 26;

const SECONDS = 1_700_000_000;

/** Who is not root can neither own the files of others nor check them out as theirs. */
const WRITABLE = isRoot ? MODES : MODES.filter((mode) => mode !== 'bare');

describe('OSTree commits and checkouts of random trees (needs ostree)', function () {
  this.timeout(RUNS === undefined ? 120_000 : 60 * 60_000);
  before(function () {
    if (!hasOstree) this.skip();
  });

  async function compare(directory: string, mode: string): Promise<void> {
    const [mine, theirs, source] = ['mine', 'theirs', 'source'].map((name) => join(directory, `${mode}-${name}`)) as [
      string,
      string,
      string,
    ];
    ostree(theirs, 'init', `--mode=${mode}`);
    appendFileSync(join(theirs, 'config'), 'fsync=false\n');
    const tree = join(directory, 'tree');
    const expected = ostree(
      theirs,
      'commit',
      '--orphan',
      '--no-bindings',
      `--timestamp=@${SECONDS}`,
      `--tree=dir=${tree}`,
    );
    (await newStore(mine, mode)).close();
    appendFileSync(join(mine, 'config'), 'fsync=false\n');
    const store = (await newStore(mine, mode)) as OstreeStore;
    const commit = await store.commit(await store.importDirectory(tree), commitMeta({ timestamp: SECONDS }));
    assert.equal(commit, expected, `the commit in mode ${mode}`);
    ostree(mine, 'fsck', '-q');
    const other = Repository.open(theirs);
    const { tree: root, meta } = other.readCommit(commit);
    const kinds: readonly { readonly flags: readonly string[]; readonly options: CheckoutOptions }[] = [
      { flags: ['--disable-cache'], options: {} },
      { flags: ['-U', '--disable-cache'], options: { user: true } },
      { flags: ['-U'], options: { user: true, cache: true } },
      { flags: ['-U', '-C'], options: { user: true, copy: true } },
      ...(mode === 'bare' ? [{ flags: ['-H'], options: { requireLinks: true } }] : []),
      ...(mode.startsWith('bare-user') ? [{ flags: ['-U', '-H'], options: { user: true, requireLinks: true } }] : []),
    ];
    for (const [number, { flags, options }] of kinds.entries()) {
      // Only root can give files away, and a bare-user-only repository knows no owners.
      if (!options.user && !isRoot) continue;
      const [byMe, byThem] = [`${source}-mine-${number}`, `${source}-theirs-${number}`];
      // Each checks out what the other one has written; with the cache twice, the second time from it.
      for (const again of options.cache && mode === 'archive' ? ['-first', ''] : ['']) {
        ostree(mine, 'checkout', ...flags, commit, byThem + again);
        new Checkout(other, options).directory({ tree: root, meta }, byMe + again);
      }
      assert.deepEqual(snapshot(byMe), snapshot(byThem), `the checkout ${flags.join(' ')} in mode ${mode}`);
    }
    store.close();
  }

  async function holds(root: RandomDirectory): Promise<void> {
    const directory = mkdtempSync(join(tmpdir(), 'ostrata-property-'));
    try {
      writeRandomTree(join(directory, 'tree'), root);
      for (const mode of WRITABLE) await compare(directory, mode);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  it('are what ostree makes, in every mode', () =>
    fc.assert(
      fc.asyncProperty(randomTree(LARGEST), holds),
      RUNS === undefined ? { numRuns: 3, seed: 7, endOnFailure: true } : { numRuns: Number(RUNS) },
    ));

  it('are what ostree makes of a deep tree and of a wide one', async () => {
    const meta = { mode: 0o755, uid: isRoot ? 0 : -1, gid: isRoot ? 0 : -1, xattrs: [] };
    const xattrs = [['user.empty', new Uint8Array()] as const];
    const file = { kind: 'file', meta: { ...meta, mode: 0o644, xattrs }, size: 3, seed: 1, packs: true } as const;
    let deep: RandomDirectory = { kind: 'directory', meta, entries: [['file', file]] };
    for (let depth = 0; depth < 100; depth++) deep = { kind: 'directory', meta, entries: [[`${depth}`, deep]] };
    const wide = Array.from(
      { length: RUNS === undefined ? 300 : 5000 },
      (_, number) => [`name-${number}`, { ...file, seed: number % 9 }] as const,
    );
    await holds({ kind: 'directory', meta, entries: [['deep', deep], ...wide] });
  });

  describe('of what neither can hold', () => {
    const tmp = temporary();

    it('refuse devices, pipes and sockets', async () => {
      const kinds: readonly (readonly [string, number])[] = [
        ['pipe', 0o010000],
        ['socket', 0o140000],
        ...(isRoot
          ? ([
              ['character', 0o020000],
              ['block', 0o060000],
            ] as const)
          : []),
      ];
      const store = (await newStore(tmp.in('repo'), 'archive')) as OstreeStore;
      ostree(tmp.in('theirs'), 'init', '--mode=archive');
      for (const [name, type] of kinds) {
        mkdirSync(tmp.in(name));
        mknod(tmp.in(name, 'node'), type | 0o644, 0x103);
        await assert.rejects(store.importDirectory(tmp.in(name)), { code: 'OSTREE_SOURCE_UNSUPPORTED' }, name);
        assert.throws(() => ostree(tmp.in('theirs'), 'commit', '--orphan', `--tree=dir=${tmp.in(name)}`), name);
      }
      store.close();
    });

    it('refuse names and targets that are not UTF-8', async () => {
      mkdirSync(tmp.in('name'));
      mkdirSync(tmp.in('target'));
      const bytes = Buffer.from([0x61, 0xff, 0xfe]);
      writeFileSync(Buffer.concat([Buffer.from(`${tmp.in('name')}/`), bytes]), '');
      symlinkSync(bytes, tmp.in('target', 'link'));
      const store = (await newStore(tmp.in('repo'), 'archive')) as OstreeStore;
      for (const name of ['name', 'target']) {
        await assert.rejects(
          store.importDirectory(tmp.in(name)),
          { code: /^OSTREE_(SOURCE_UNSUPPORTED|OBJECT_INVALID)$/ },
          name,
        );
      }
      store.close();
    });
  });
});
