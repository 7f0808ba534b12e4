import type { ImageSpec, Plan, ReadonlyTree } from '@ostrata/contract';
import type { LayoutConfig } from '../config.schema.ts';

/** Where /opt and /usr/local lead. */
export type OptPolicy = ImageSpec['layout']['optUsrLocal'];

const PLUGIN = 'layout-ostree';
/** Where /opt leads, by policy; in an image of policy `root` it is a directory. */
export const OPT_LINKS = { var: 'var/opt', root: null, stateoverlay: 'usr/lib/opt' } as const;

/** Puts a policy that the configuration names into a Plan that puts a tree together, as it influences the tree. */
export function planOptPolicy(plan: Plan, { optUsrLocal }: LayoutConfig): Plan | undefined {
  const { base, install, extras } = plan.inputs;
  if (optUsrLocal === 'auto' || (base !== null && install.length === 0)) return undefined;
  return { ...plan, inputs: { ...plan.inputs, extras: { ...extras, [PLUGIN]: { optUsrLocal } } } };
}

/** The policy of a Plan: the configuration's, else that of the base or of the image that is composed. */
export function optPolicyOf({ inputs }: Plan, tree: ReadonlyTree): OptPolicy {
  const configured = (inputs.extras[PLUGIN] as { optUsrLocal?: OptPolicy } | undefined)?.optUsrLocal;
  if (configured !== undefined) return configured;
  return inputs.base === null ? inputs.image.layout.optUsrLocal : policyOfBase(tree);
}

/** The policy that an image was made with, told by where its /opt leads. */
export function policyOfBase(tree: ReadonlyTree): OptPolicy {
  const opt = tree.lookup('opt');
  if (opt?.type === 'symlink') return opt.target === OPT_LINKS.stateoverlay ? 'stateoverlay' : 'var';
  return tree.lookup('usr/local')?.type === 'symlink' ? 'var' : 'root';
}
