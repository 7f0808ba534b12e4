import { type Assembly, type Context, HostError, type Tree } from '@ostrata/contract';
import type { Code } from './errors.ts';
import { openOpt } from './opt/place.ts';
import { openStateInUsr } from './state-in-usr.ts';
import { openToplevel } from './toplevel.ts';
import { beginLayering } from './users/layering.ts';
import { fillAccounts, parentTree } from './users/preserve.ts';
import { runSysusers } from './users/sysusers.ts';

/** Brings a tree of packages into a form that scripts can run in. */
export async function populate(assembly: Assembly, ctx: Context): Promise<void> {
  const { tree, plan } = assembly;
  openEtc(tree);
  if (plan.inputs.base !== null) {
    beginLayering(tree);
    openOpt(tree);
  } else {
    openToplevel(tree);
    const { preserveAccounts = true } = plan.inputs.image.layout;
    fillAccounts(tree, preserveAccounts ? await parentTree(assembly, ctx) : null);
  }
  openStateInUsr(tree);
  await runSysusers(assembly, ctx);
}

/** usr/etc, where images have the defaults of /etc, becomes etc while things run. */
function openEtc(tree: Tree): void {
  if (tree.lookup('usr/etc') === undefined) return;
  if (tree.lookup('etc') !== undefined) {
    throw new HostError<Code>(
      'LAYOUT_TWO_ETC',
      'The tree has both /etc and /usr/etc; which one counts cannot be told.',
      {
        hint: 'Look for the package that has files in one of the two that the others do not use.',
        data: { etc: [...tree.list('etc')].slice(0, 20) },
      },
    );
  }
  tree.rename('usr/etc', 'etc');
}
