import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { applyDelta, superblockPath } from '../../../../plugins/store-ostree/src/delta/index.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { hasOstree, ostree, run, temporary } from '../support.ts';
import { clientRepository, commitDirectory, judge, makeDelta, Random, WRITABLE, writeFiles } from './support.ts';

const NAMES = ['a', 'b', 'lib.so.1', 'lib.so.2', 'x.xz', 'ü ö', '.hidden', 'longer-name'];

function randomFile(random: Random): Buffer | { link: string } | { content: Buffer; mode: number } {
  switch (random.below(6)) {
    case 0:
      return { link: NAMES[random.below(NAMES.length)]! };
    case 1:
      return Buffer.alloc(random.below(100_000), random.below(3));
    case 2:
      return {
        content: random.words(random.below(60_000)),
        mode: [0o600, 0o644, 0o755, 0o4755, 0o444][random.below(5)]!,
      };
    default:
      return random.words(random.below(40_000));
  }
}

/** The content after a few edits: bytes changed, taken out, put in, moved to the end. */
function edited(content: Buffer, random: Random): Buffer {
  let result = Buffer.from(content);
  for (let edit = 0; edit < random.below(4); edit++) {
    const at = random.below(result.length + 1);
    const end = Math.min(result.length, at + random.below(2000));
    const kind = random.below(4);
    if (kind === 0) result.fill(random.below(256), at, end);
    else if (kind === 1) result = Buffer.concat([result.subarray(0, at), result.subarray(end)]);
    else if (kind === 2) result = Buffer.concat([result.subarray(0, at), random.bytes(50), result.subarray(at)]);
    else result = Buffer.concat([result.subarray(0, at), result.subarray(end), result.subarray(at, end)]);
  }
  return result;
}

describe('random pairs of trees (needs ostree)', function () {
  this.timeout(60_000);
  const dir = temporary();

  before(function () {
    if (!hasOstree) this.skip();
  });

  for (let seed = 1; seed <= 6; seed++) {
    it(`go both ways between this program and ostree: ${seed}`, () => {
      const random = new Random(seed);
      const mode = WRITABLE[seed % WRITABLE.length]!;
      const repo = dir.in('source');
      run('ostree', `--repo=${repo}`, 'init', `--mode=${mode}`);
      const root = dir.in('tree');
      mkdirSync(root);
      const paths = Array.from({ length: 25 }, () => {
        const name = () => NAMES[random.below(NAMES.length)]!;
        return [`dir-${name()}`, `dir-${name()}`, name()].slice(random.below(3)).join('/');
      });
      const files = new Map(paths.map((path) => [path, randomFile(random)]));
      writeFiles(root, Object.fromEntries(files));
      const from = commitDirectory(repo, root, 'main');
      for (const [path, file] of files) {
        const kind = random.below(4);
        if (kind === 0) rmSync(`${root}/${path}`);
        else if (kind === 1) writeFiles(root, { [path]: randomFile(random) });
        else if (kind === 2 && Buffer.isBuffer(file)) writeFiles(root, { [path]: edited(file, random) });
      }
      const pair = { repo, from, to: commitDirectory(repo, root, 'main', from) };
      const target = WRITABLE[0]!;
      const options = { maxChunkSize: 50_000 + random.below(1e6), bsdiff: seed % 3 !== 0, inline: seed % 2 === 0 };
      const ours = makeDelta(pair, options).path;
      const theirClient = clientRepository(dir.in('theirs'), target, pair);
      ostree(theirClient.path, 'static-delta', 'apply-offline', options.inline ? ours : dirname(ours));
      judge(theirClient.path, pair);
      ostree(repo, 'static-delta', 'generate', `--from=${from}`, `--to=${pair.to}`);
      for (const clientMode of WRITABLE) {
        const client = clientRepository(dir.in(`ours-${clientMode}`), clientMode, pair);
        assert.equal(applyDelta(client, superblockPath(Repository.open(repo), pair)), pair.to);
        judge(client.path, pair);
      }
    });
  }
});
