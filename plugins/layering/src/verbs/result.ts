import {
  type CommandInput,
  type CommandResult,
  type Context,
  type Json,
  nevraOf,
  type Outcome,
  type Plan,
} from '@ostrata/contract';
import { type PackageDiff, packageDiff, plannedDiff, renderDiff } from '@ostrata/package-diff';
import { deployedResult, Flags, unchangedResult } from '@ostrata/system-verbs';
import { withStore } from '../base/open.ts';

/** What is said of other layers: which packages come and go. */
export async function layersResult(outcome: Outcome, input: CommandInput, ctx: Context): Promise<CommandResult> {
  const flags = new Flags(input);
  const { plan, deployment } = outcome;
  if (outcome.status === 'unchanged' || plan === null) return unchangedResult('No change.\n', flags);
  if (deployment === null && outcome.until !== 'resolve') {
    const packages = plan.inputs.install.map(nevraOf);
    return { data: { status: 'downloaded', packages }, text: `Downloaded ${packages.length} packages.\n` };
  }
  const before = plan.deploy?.extras['layering'] as { readonly commit?: string } | undefined;
  const diff = before?.commit === undefined ? null : await compare(before.commit, outcome, plan, ctx);
  const text = diff === null ? '' : renderDiff(diff);
  if (deployment === null) {
    return { data: { status: 'dry-run', diff }, text: text === '' ? 'No packages would change.\n' : text };
  }
  const result = deployedResult(outcome, text === '' ? 'No packages changed.\n' : text, flags);
  return { ...result, data: { ...(result.data as { readonly [key: string]: Json }), diff } };
}

/** How the packages differ from those of the tree that would have booted next. */
function compare(before: string, { deployment }: Outcome, plan: Plan, ctx: Context): Promise<PackageDiff | null> {
  return withStore(plan.store.work, ctx, (store) =>
    deployment === null
      ? plannedDiff(store, before, plan, ctx)
      : packageDiff(store, before, deployment.target.commit, ctx),
  );
}
