import { type Context, type Json, OBJECT_STORES, type Plan, type Variant } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import { decisionsOf } from '../request/contents.ts';
import { variantOf } from '../request/metadata.ts';
import type { RunMemory } from '../run-memory.ts';
import { nextVersion } from './version.ts';

/** Dates and names the commit: its version, and metadata from the command line. Neither counts for the Plan's digest. */
export async function shapePlan(plan: Plan, ctx: Context, memory: RunMemory): Promise<Plan | undefined> {
  const notes = memory.recall(ctx);
  const decisions = decisionsOf(plan.inputs.extras);
  if (notes === undefined || decisions === undefined) return undefined;
  const { flattened } = decisions;
  const { addMetadata, previousVersion } = notes.options;

  const metadata: { [key: string]: Variant } = { ...plan.commit.metadata };
  for (const [key, value] of Object.entries(addMetadata)) if (key !== 'version') metadata[key] = variantOf(value);

  const given = addMetadata['version'] ?? flattened['add-commit-metadata']?.['version'];
  const prefix = flattened['automatic-version-prefix'];
  let version = plan.commit.version;
  if (given !== undefined) version = versionText(given);
  else if (prefix !== undefined) {
    const separator = flattened['automatic-version-suffix'];
    version = nextVersion(prefix, previousVersion ?? (await parentVersion(plan, ctx)), {
      seconds: plan.commit.timestamp,
      ...(separator === undefined ? {} : { separator }),
    });
  }
  return { ...plan, commit: { ...plan.commit, version, metadata } };
}

function versionText(value: Json): string {
  if (typeof value === 'string') return value;
  throw treefileError('TREEFILE_METADATA', 'The version in add-commit-metadata must be a string.', {
    hint: 'Put it in quotes.',
  });
}

/** The `version` of the parent commit; null without a parent or a version. */
async function parentVersion(plan: Plan, ctx: Context): Promise<string | null> {
  if (plan.commit.parent === null) return null;
  const stores = await ctx.get(OBJECT_STORES);
  const store = await stores.open(plan.store.target ?? plan.store.work);
  try {
    const { metadata } = await store.readCommit(plan.commit.parent);
    const version = metadata['version'];
    return version?.type === 's' && typeof version.value === 'string' ? version.value : null;
  } finally {
    store.close();
  }
}
