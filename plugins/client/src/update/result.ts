import type { CommandResult, Context, Outcome } from '@ostrata/contract';
import { packageDiff, plannedDiff, renderDiff } from '@ostrata/package-diff';
import { deployedResult, EXIT_UNCHANGED, type Flags, unchangedResult } from '@ostrata/system-verbs';
import { keyValues } from '../report/key-values.ts';
import { versionLine } from '../report/version-line.ts';
import { wishOf, withStore } from './taps.ts';

/** What is said of an update: what changed, or what would. */
export async function updateResult(
  outcome: Outcome,
  words: { readonly unchanged: string },
  flags: Flags,
  ctx: Context,
): Promise<CommandResult> {
  const { plan, deployment } = outcome;
  const before = wishOf(plan?.deploy ?? null)?.before;
  const looked = outcome.until === 'resolve';
  if (plan === null || before === undefined || outcome.status === 'unchanged') {
    if (!looked) return unchangedResult(words.unchanged, flags);
    // rpm-ostree gives this status whether it is asked for or not.
    return { data: { status: 'unchanged' }, text: 'No updates available.\n', exitCode: EXIT_UNCHANGED };
  }
  const after = deployment?.target.commit ?? plan.inputs.base ?? before;
  return withStore(plan.store.work, ctx, async (store) => {
    const commit = await store.readCommit(after);
    if (looked) {
      const diff = flags.is('preview') ? await plannedDiff(store, before, plan, ctx) : null;
      const lines = keyValues([
        ['Version', versionLine(commit)],
        ['Commit', after],
      ]);
      return {
        data: { status: 'available', checksum: after, version: versionOf(commit), timestamp: commit.timestamp, diff },
        text: `AvailableUpdate:\n${lines}${diff === null ? '' : renderDiff(diff)}`,
      };
    }
    if (deployment === null) {
      const data = { status: 'downloaded', checksum: after, version: versionOf(commit) };
      return { data, text: `Downloaded ${versionLine(commit)}.\n` };
    }
    const diff = await packageDiff(store, before, after, ctx);
    const done = deployment.state === 'staged' ? 'Staged' : 'Deployed';
    const text = `${done} ${versionLine(commit)}.\n${diff === null ? '' : renderDiff(diff)}`;
    const result = deployedResult(outcome, text, flags);
    return { ...result, data: { ...(result.data as object), version: versionOf(commit), diff } };
  });
}

const versionOf = ({ metadata }: { readonly metadata: { readonly [key: string]: { readonly value: unknown } } }) => {
  const value = metadata['version']?.value;
  return typeof value === 'string' ? value : null;
};
