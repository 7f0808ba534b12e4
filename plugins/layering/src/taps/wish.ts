import type { DeployRequest, Json, Plan } from '@ostrata/contract';
import { type Change, changeFrom } from '../model/change.ts';
import type { Layers } from '../model/layers.ts';

/** What `deploy.extras.layering` has once the request is complete. */
export interface LayeringWish {
  /** Somebody sees to it that what the origin asks for is laid over the image. */
  readonly handled: true;
  readonly layers: Layers;
  readonly before: Layers;
  readonly change: Change | null;
  /** Nothing is asked for but what is there. */
  readonly same: boolean;
  /** The commit that would boot next before this. */
  readonly commit: string;
}

export function wishOf(deploy: DeployRequest | null): LayeringWish | undefined {
  const wish = deploy?.extras['layering'] as unknown as LayeringWish | undefined;
  return wish?.handled === true ? wish : undefined;
}

export const changeOf = (deploy: DeployRequest): Change | null => changeFrom(deploy.extras['layering']);

export const asExtras = (wish: LayeringWish): { readonly layering: Json } => ({ layering: wish as unknown as Json });

/** Whether a Plan lays something over its base, or takes something out of it. */
export const isLayered = ({ inputs }: Plan): boolean => inputs.install.length + inputs.remove.length > 0;

/** Whether the image passes through as it is. */
export const isPlain = (plan: Plan): boolean => !isLayered(plan) && Object.keys(plan.inputs.extras).length === 0;
