import { type Context, DEPLOYER, type Json, type Metadata, type ObjectStore, type Outcome } from '@ostrata/contract';
import { withStore } from '../base/open.ts';

/** Refs of imported packages (rpm-ostree, rust/src/importer.rs). */
const PREFIX = 'rpmostree/pkg/';

/**
 * `finalize.cleanup`: imports of packages that no deployment has go, as rpm-ostree does it (src/daemon/rpmostree-sysroot-core.cxx,
 * clean_pkgcache_orphans). What nothing refers to any more goes with the next pruning.
 */
export async function dropImports({ deployment }: Outcome, ctx: Context): Promise<void> {
  if (deployment === null) return;
  const { sysroot } = deployment.target;
  const deployments = await (await ctx.get(DEPLOYER)).list(sysroot);
  await withStore(`${sysroot}/ostree/repo`, ctx, async (store) => {
    const imported = await store.refs(PREFIX);
    if (imported.size === 0) return;
    const used = new Set<string>();
    for (const { target } of deployments) {
      const packages = await packagesIn(store, target.commit);
      // Of a tree that does not say what it has, nothing is known.
      if (packages === null) return;
      for (const one of packages) used.add(one);
    }
    for (const [ref, commit] of imported) {
      const { metadata } = await store.readCommit(commit);
      const identity = importedIdentity(metadata);
      if (identity !== null && !used.has(identity)) await store.setRef(ref, null);
    }
  });
}

async function packagesIn(store: ObjectStore, commit: string): Promise<readonly string[] | null> {
  if ((await store.resolve(commit)) === null) return null;
  const list = (await store.readCommit(commit)).metadata['rpmostree.rpmdb.pkglist']?.value;
  return Array.isArray(list) ? (list as readonly (readonly Json[])[]).map(identityOf) : null;
}

/** Name, epoch, version, release and architecture of an imported package; null for a commit that does not say. */
function importedIdentity(metadata: Metadata): string | null {
  const value = metadata['rpmostree.nevra']?.value;
  return Array.isArray(value) && value.length === 6 ? identityOf((value as readonly Json[]).slice(1)) : null;
}

/** Epochs are numbers in one place and texts in the other. */
const identityOf = (parts: readonly Json[]): string => JSON.stringify(parts.map(String));
