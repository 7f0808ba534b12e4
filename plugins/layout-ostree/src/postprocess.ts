import type { Assembly, Context } from '@ostrata/contract';
import type { LayoutConfig } from './config.schema.ts';
import { redirectHomes, resetMachineId } from './etc-files.ts';
import { removeLeftovers } from './leftovers.ts';
import { isPlaced, placeOpt } from './opt/place.ts';
import { optPolicyOf, policyOfBase } from './opt/policy.ts';
import { settingsOf } from './plan-settings.ts';
import { adaptSelinux } from './selinux.ts';
import { joinStagedTmpfiles } from './tmpfiles/autovar.ts';
import { writeStockTmpfiles } from './tmpfiles/integration.ts';
import { varToTmpfiles } from './tmpfiles/var-to-tmpfiles.ts';
import { closeToplevel, emptyBoot } from './toplevel.ts';
import { migrateAccounts, usesAltfiles } from './users/altfiles.ts';
import { declareAccounts } from './users/declare.ts';
import { endLayering } from './users/layering.ts';
import { normalizeShadow } from './users/shadow.ts';

/** Gives the tree its final form. A layered tree keeps the top level and the accounts' places of its base. */
export function postprocess({ tree, plan }: Assembly, config: LayoutConfig, ctx: Context): void {
  const { image, base } = plan.inputs;
  const policy = optPolicyOf(plan, tree);
  removeLeftovers(tree);
  normalizeShadow(tree);
  if (base === null) {
    resetMachineId(tree, image);
    redirectHomes(tree);
    adaptSelinux(tree, image, ctx);
  }
  if (base === null || policy !== policyOfBase(tree)) writeStockTmpfiles(tree, policy);
  placeOpt(tree, policy);
  if (settingsOf(plan.inputs).declareUsers) declareAccounts(tree);
  joinStagedTmpfiles(tree, (path) => isPlaced(policy, path));
  varToTmpfiles(tree, ctx.progress);
  if (base === null) {
    if (usesAltfiles(tree, config)) migrateAccounts(tree, image.layout.etcGroupMembers);
    emptyBoot(tree, ctx.progress);
    closeEtc();
    closeToplevel(tree, image, ctx.progress);
  } else {
    endLayering(tree);
    closeEtc();
  }

  function closeEtc(): void {
    if (tree.lookup('etc') !== undefined) tree.rename('etc', 'usr/etc');
  }
}
