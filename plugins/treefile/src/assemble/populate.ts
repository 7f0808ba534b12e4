import type { Assembly } from '@ostrata/contract';
import { decisionsOf } from '../request/contents.ts';
import { writeAccounts } from './accounts.ts';

/** What has to be so before any script runs: the users and groups of the treefile's files. */
export function populate({ tree, plan }: Assembly): void {
  const decisions = decisionsOf(plan.inputs.extras);
  if (decisions !== undefined) writeAccounts(tree, decisions);
}
