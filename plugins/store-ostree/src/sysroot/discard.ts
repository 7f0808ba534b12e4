import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree } from '../repo/remove-tree.ts';
import { originPathOf, type SysrootDeployment } from './deployment.ts';
import { setImmutable } from './immutable.ts';
import { STAGED, STAGED_LOCK } from './staged.ts';
import type { Sysroot } from './sysroot.ts';

/** Removes a deployment's directory and origin. Nothing may boot it any more. */
export function discard(
  sysroot: Sysroot,
  deployment: Pick<SysrootDeployment, 'stateroot' | 'commit' | 'serial'>,
): void {
  const root = sysroot.directory(deployment);
  setImmutable(root, false);
  rmSync(join(sysroot.path, originPathOf(deployment)), { force: true });
  removeTree(root);
}

/** Takes a staged deployment back. */
export function discardStaged(sysroot: Sysroot): void {
  const { staged, state } = sysroot;
  if (staged === null) return;
  rmSync(join(state.run, STAGED), { force: true });
  discard(sysroot, staged);
  rmSync(join(state.run, STAGED_LOCK), { force: true });
}
