import type { Context } from '../context.ts';
import { keyedCapability } from './token.ts';
import type { Tree } from './tree.ts';

/** Labels the files of a tree. Keyed by mechanism: `selinux`. */
export interface Labeler {
  label(tree: Tree, ctx: Context): Promise<void>;
}

export const LABELER = keyedCapability<Labeler>('labeler');
