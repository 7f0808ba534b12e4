import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateDelta } from '../../../../plugins/store-ostree/src/delta/generate.ts';
import {
  applyDelta,
  type DeltaDescription,
  deltaId,
  describeDelta,
  formatDelta,
  listDeltas,
  superblockPath,
} from '../../../../plugins/store-ostree/src/delta/index.ts';
import { objectPath } from '../../../../plugins/store-ostree/src/repo/object-path.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { sharedData } from '../../../support/shared.ts';
import { hasOstree, ostree, run, temporary } from '../support.ts';
import { clientRepository, commitDirectory, judge, makeDelta, WRITABLE } from './support.ts';

const archives = ['big', 'little'].map((order) =>
  sharedData('ostree', 'ostree', `pre-endian-deltas-repo-${order}.tar.xz`),
);

describe('deltas from before their byte order was named (needs ../shared, ostree, tar)', function () {
  this.timeout(60_000);
  const dir = temporary();

  before(function () {
    if (!hasOstree || archives.includes(undefined)) this.skip();
  });

  for (const archive of archives) {
    it(`are shown and applied: ${archive?.replace(/.*\//, '') ?? 'absent'}`, () => {
      run('tar', 'xJf', archive!, '-C', dir.path);
      const served = Repository.open(dir.in('pre-endian-deltas-repo'));
      const deltas = listDeltas(served);
      assert.equal(deltas.length, 2);
      const [first, second] = deltas.map((name) => describeDelta(served, deltaId(name))) as [
        DeltaDescription,
        DeltaDescription,
      ];
      // ostree cannot show the other one, whose part is inline.
      assert.equal(formatDelta(second).join('\n'), ostree(served.path, 'static-delta', 'show', deltaId(second)));
      assert.equal(second.endianness.order, 'big');
      const pair = { repo: served.path, from: first.from!, to: first.to };
      const client = clientRepository(dir.in('client'), 'archive', pair);
      assert.equal(applyDelta(client, superblockPath(served, first)), first.to);
      judge(client.path, pair);
      const next = superblockPath(served, second);
      assert.throws(() => applyDelta(client, next), { code: 'OSTREE_DELTA_FALLBACK' });
      const place = `objects/${objectPath(second.fallbacks[0]!.id, 'file', 'archive')}`;
      mkdirSync(dirname(join(client.path, place)), { recursive: true });
      copyFileSync(join(served.path, place), join(client.path, place));
      assert.equal(applyDelta(client, next), second.to);
      judge(client.path, { ...pair, to: second.to });
    });
  }
});

describe('a real library in two versions (needs ../shared, ostree, tar)', function () {
  this.timeout(60_000);
  const dir = temporary();
  const data = ['old', 'new'].map((age) => sharedData('ostree', 'ostree', `fah-deltadata-${age}.tar.xz`));

  before(function () {
    if (!hasOstree || data.includes(undefined)) this.skip();
  });

  it('differs by no more than ostree finds', () => {
    const repo = dir.in('repo');
    run('ostree', `--repo=${repo}`, 'init', `--mode=${WRITABLE[0]}`);
    const [from, to] = data.map((archive, index) => {
      const root = dir.in(`tree${index}`);
      mkdirSync(root);
      run('tar', 'xJf', archive!, '-C', root, '--no-same-owner');
      return commitDirectory(repo, root, `version${index}`);
    }) as [string, string];
    const pair = { repo, from, to };
    ostree(repo, 'static-delta', 'generate', `--from=${from}`, `--to=${to}`, `--filename=${join(dir.path, 'theirs')}`);
    const theirs = describeDelta(Repository.open(repo), dir.in('theirs')).parts[0]!;
    const ours = makeDelta(pair);
    assert.ok(Number(ours.parts[0]!.size) <= Number(theirs.size) * 1.05, `${ours.parts[0]!.size} and ${theirs.size}`);
    const client = clientRepository(dir.in('client'), WRITABLE[0]!, pair);
    ostree(client.path, 'static-delta', 'apply-offline', dirname(ours.path));
    judge(client.path, pair);
    const back = generateDelta(Repository.open(repo), { from: to, to: from });
    assert.equal(back.patches + back.rollsums, ours.patches + ours.rollsums);
  });
});
