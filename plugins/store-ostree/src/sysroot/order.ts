import { isPinned, isSame, type SysrootDeployment } from './deployment.ts';
import type { Retain } from './retain.ts';
import type { Sysroot } from './sysroot.ts';

/** Which deployments stay beside a new one, and where it goes. */
export interface OrderOptions extends Retain {
  /** So many of the ones that would go after the booted one stay, newest first. */
  readonly keep?: number;
  /** Puts it right behind the booted one, or the one it follows. */
  readonly notDefault?: boolean;
}

/**
 * The list of deployments with a new one in it (ostree_sysroot_simple_write_deployment). What is booted, followed, pinned or of another
 * stateroot always stays.
 */
export function orderWith(
  sysroot: Pick<Sysroot, 'deployments' | 'booted'>,
  added: SysrootDeployment,
  merge: SysrootDeployment | null,
  options: OrderOptions,
): SysrootDeployment[] {
  const { booted } = sysroot;
  const { retainPending = false, retainRollback = false, notDefault = false } = options;
  let { keep = 0 } = options;
  // Without a booted one there is neither before nor after.
  const retain = options.retain === true || (booted === null && merge === null && (retainPending || retainRollback));
  const turn = booted ?? merge;
  const list: SysrootDeployment[] = notDefault ? [] : [added];
  let isPast = false;
  let isAdded = !notDefault;
  for (const one of sysroot.deployments) {
    isPast ||= isSame(one, turn);
    const stays =
      retain ||
      isPinned(one) ||
      one.stateroot !== added.stateroot ||
      isSame(one, booted) ||
      isSame(one, merge) ||
      (isPast ? retainRollback : retainPending);
    if (stays) list.push(one);
    else if (isPast && keep > 0) {
      list.push(one);
      keep -= 1;
    }
    if (!isAdded && isPast) {
      list.push(added);
      isAdded = true;
    }
  }
  return isAdded ? list : [...list, added];
}
