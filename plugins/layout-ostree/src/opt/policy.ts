import type { ImageSpec, Plan, ReadonlyTree } from '@ostrata/contract';
import { settingsOf } from '../plan-settings.ts';

/** Where /opt and /usr/local lead. */
export type OptPolicy = ImageSpec['layout']['optUsrLocal'];

/** Where /opt leads, by policy; in an image of policy `root` it is a directory. */
export const OPT_LINKS = { var: 'var/opt', root: null, stateoverlay: 'usr/lib/opt' } as const;

/** The policy of a Plan: the configuration's, else that of the base or of the image that is composed. */
export function optPolicyOf({ inputs }: Plan, tree: ReadonlyTree): OptPolicy {
  const { optUsrLocal } = settingsOf(inputs);
  if (optUsrLocal !== 'auto') return optUsrLocal;
  return inputs.base === null ? inputs.image.layout.optUsrLocal : policyOfBase(tree);
}

/** The policy that an image was made with, told by where its /opt leads. */
export function policyOfBase(tree: ReadonlyTree): OptPolicy {
  const opt = tree.lookup('opt');
  if (opt?.type === 'symlink') return opt.target === OPT_LINKS.stateoverlay ? 'stateoverlay' : 'var';
  return tree.lookup('usr/local')?.type === 'symlink' ? 'var' : 'root';
}
