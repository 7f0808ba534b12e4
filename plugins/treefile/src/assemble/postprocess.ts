import type { Assembly, Context } from '@ostrata/contract';
import { decisionsOf } from '../request/contents.ts';
import { addFiles, removeFiles } from './files.ts';
import { mutateOsRelease } from './os-release.ts';
import { runScripts } from './scripts.ts';
import { enableUnits, setDefaultTarget } from './units.ts';

/** Where the flattened treefile is in the image, for information. */
const TREEFILE = 'usr/share/rpm-ostree/treefile.json';

/** What a treefile wants done to the tree, in rpm-ostree's order (composepost.rs, `compose_postprocess`). */
export async function postprocess({ tree, plan }: Assembly, ctx: Context): Promise<undefined> {
  const decisions = decisionsOf(plan.inputs.extras);
  if (decisions === undefined) return;
  const { flattened } = decisions;
  enableUnits(tree, flattened.units ?? []);
  const target = flattened['default-target'];
  if (target !== undefined) setDefaultTarget(tree, target);
  tree.writeFile(TREEFILE, `${JSON.stringify(flattened, null, 2)}\n`, {
    mode: 0o100644,
    uid: 0,
    gid: 0,
    xattrs: [],
    parents: true,
  });
  const base = flattened['mutate-os-release'];
  if (base !== undefined) {
    if (plan.commit.version !== null) mutateOsRelease(tree, base, plan.commit.version);
    else ctx.progress.message('mutate-os-release has no effect: the commit has no version.');
  }
  removeFiles(tree, flattened['remove-files'] ?? []);
  addFiles(tree, decisions.addFiles);
  await runScripts(tree, decisions, ctx);
}
