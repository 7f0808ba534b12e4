import type { Assembly, Context } from '@ostrata/core';
import { decisionsOf } from '../request/contents.ts';
import { writeAccounts } from './accounts.ts';
import { removeFromPackages } from './remove-from-packages.ts';

/** What has to be so before any script runs: files that packages shall not bring, and the users and groups of the treefile's files. */
export async function populate(assembly: Assembly, ctx: Context): Promise<undefined> {
  const decisions = decisionsOf(assembly.plan.inputs.extras);
  if (decisions === undefined) return;
  await removeFromPackages(assembly, ctx);
  writeAccounts(assembly.tree, decisions);
}
