import type { Json, Plan } from '@ostrata/contract';
import type { LayoutConfig } from './config.schema.ts';

const PLUGIN = 'layout-ostree';

/** What the configuration says of trees other than usual. */
export type LayoutSettings = Pick<LayoutConfig, 'optUsrLocal' | 'declareUsers'>;

const USUAL: LayoutSettings = { optUsrLocal: 'auto', declareUsers: false };

/** Puts what the configuration says into a Plan that puts a tree together, as it influences the tree. */
export function planLayout(plan: Plan, { optUsrLocal, declareUsers }: LayoutConfig): Plan | undefined {
  const { base, install, extras } = plan.inputs;
  const usual = optUsrLocal === USUAL.optUsrLocal && declareUsers === USUAL.declareUsers;
  if (usual || (base !== null && install.length === 0)) return undefined;
  const settings: Json = { optUsrLocal, declareUsers };
  return { ...plan, inputs: { ...plan.inputs, extras: { ...extras, [PLUGIN]: settings } } };
}

/** What {@link planLayout} left in a Plan. */
export function settingsOf({ extras }: Plan['inputs']): LayoutSettings {
  return { ...USUAL, ...(extras[PLUGIN] as Partial<LayoutSettings> | undefined) };
}
