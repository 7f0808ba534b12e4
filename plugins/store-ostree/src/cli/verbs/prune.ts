import { join } from 'node:path';
import { isChecksum } from '../../codec/checksum.ts';
import { listCollectionRefs } from '../../repo/collections.ts';
import { lockRepository } from '../../repo/lock.ts';
import { listRefs } from '../../repo/refs.ts';
import type { Repository } from '../../repo/repository.ts';
import { parseDateTime } from '../datetime.ts';
import { usageError, VerbError } from '../error.ts';
import { formatSize } from '../format-size.ts';
import { openRepository } from '../open.ts';
import { PruneRun } from '../prune-run.ts';
import { resolve } from '../resolve.ts';
import { addTombstone, enableTombstones } from '../tombstones.ts';
import type { OptionValues, Verb } from '../verb.ts';

export const prune: Verb = {
  usage: '',
  options: [
    { name: 'no-prune', kind: 'flag', summary: "Only display unreachable objects; don't delete" },
    { name: 'refs-only', kind: 'flag', summary: 'Only compute reachability via refs' },
    {
      name: 'depth',
      kind: 'count',
      summary: 'Only traverse DEPTH parents for each commit (default: -1=infinite)',
      value: 'DEPTH',
    },
    { name: 'delete-commit', kind: 'text', summary: 'Specify a commit to delete', value: 'COMMIT' },
    {
      name: 'keep-younger-than',
      kind: 'text',
      summary: 'Prune all commits older than the specified date',
      value: 'DATE',
    },
    {
      name: 'static-deltas-only',
      kind: 'flag',
      summary: 'Change the behavior of delete-commit and keep-younger-than to prune only static deltas',
    },
    {
      name: 'retain-branch-depth',
      kind: 'list',
      summary: 'Additionally retain BRANCH=DEPTH commits',
      value: 'BRANCH=DEPTH',
    },
    {
      name: 'only-branch',
      kind: 'list',
      summary: 'Only prune BRANCH (may be specified multiple times)',
      value: 'BRANCH',
    },
    { name: 'commit-only', kind: 'flag', summary: 'Only traverse and delete commit objects.' },
  ],
  run(call) {
    const { options, terminal } = call;
    const repo = openRepository(call.repo);
    const keep = options.flag('no-prune');
    const doomed = options.text('delete-commit');
    if (doomed !== undefined && keep) {
      throw usageError(call, 'Cannot specify both --delete-commit and --no-prune');
    }
    if (doomed === undefined && options.flag('static-deltas-only')) {
      throw new VerbError(
        '--static-deltas-only requires --delete-commit; see https://github.com/ostreedev/ostree/issues/1479',
      );
    }
    using _lock = lockRepository(join(repo.path, '.lock'), keep ? 'shared' : 'exclusive', repo.config);
    const run = new PruneRun(repo, { commitsOnly: options.flag('commit-only'), dryRun: keep });
    if (doomed !== undefined && options.flag('static-deltas-only')) run.deleteDeltas(doomed);
    else if (doomed !== undefined) deleteCommit(repo, doomed);
    findReachable(repo, run, options);
    const { total, pruned, bytes } = run.prune();
    terminal.out(`Total ${options.flag('commit-only') ? '(commit only) ' : ''}objects: ${total}\n`);
    if (pruned === 0) terminal.out('No unreachable objects\n');
    else if (keep) terminal.out(`Would delete: ${pruned} objects, freeing ${formatSize(bytes)}\n`);
    else terminal.out(`Deleted ${pruned} objects, ${formatSize(bytes)} freed\n`);
  },
};

function deleteCommit(repo: Repository, commit: string): void {
  for (const [ref, target] of listRefs(repo)) {
    if (target === commit) throw new VerbError(`Commit '${commit}' is referenced by '${ref}'`);
  }
  for (const { collection, ref, commit: target } of listCollectionRefs(repo, { remotes: false })) {
    if (target === commit) throw new VerbError(`Commit '${commit}' is referenced by (${collection}, ${ref})`);
  }
  if (!isChecksum(commit)) throw new VerbError(`Invalid rev ${commit}`);
  enableTombstones(repo);
  addTombstone(repo, commit);
}

function findReachable(repo: Repository, run: PruneRun, options: OptionValues): void {
  const depth = options.count('depth', -1);
  const younger = options.text('keep-younger-than');
  const since = younger === undefined ? undefined : parseDateTime(younger);
  if (younger !== undefined && since === undefined) throw new VerbError(`Could not parse '${younger}'`);
  const retained = branchDepths(options.list('retain-branch-depth'));
  const only = options.list('only-branch');
  const refs = listRefs(repo);
  if (younger === undefined && retained.size === 0 && only.length === 0) {
    run.keepAll(depth, options.flag('refs-only'));
    return;
  }
  for (const ref of only) resolve(repo, ref);
  for (const [ref, commit] of refs) {
    const branchDepth = retained.get(ref) ?? (only.length > 0 && !only.includes(ref) ? -1 : undefined);
    if (branchDepth !== undefined) run.keep(commit, branchDepth);
    else if (since !== undefined) run.keepSince(commit, BigInt(since));
    else run.keep(commit, depth);
  }
}

function branchDepths(words: readonly string[]): Map<string, number> {
  const depths = new Map<string, number>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) throw new VerbError(`Invalid value ${word}, must specify BRANCH=DEPTH`);
    const depth = Number.parseInt(word.slice(equals + 1), 10);
    if (Number.isNaN(depth)) throw new VerbError(`Invalid depth ${word.slice(equals + 1)}`);
    depths.set(word.slice(0, equals), depth);
  }
  return depths;
}
