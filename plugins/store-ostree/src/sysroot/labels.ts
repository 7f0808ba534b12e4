import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SELINUX_XATTR, setLabel } from '../checkout/labels.ts';
import { errnoOf } from '../errors.ts';
import { type Labeler, policyOfDirectory } from '../selinux/policy.ts';
import { lgetxattr, lremovexattr } from '../syscalls.ts';

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

/** Where the kernel shows SELinux where it is in force (selinuxfs). */
const SELINUX_FILES = '/sys/fs/selinux/enforce';

/** Whether the running kernel enforces or watches a policy. */
export const isSelinuxHost = (): boolean => existsSync(SELINUX_FILES);

/** The SELinux labels of what a deployment gets besides its tree, by the policy of that tree. */
export class DeploymentLabels {
  readonly #policy: Labeler;
  readonly #isHost: boolean;

  private constructor(policy: Labeler, isHost: boolean) {
    this.#policy = policy;
    this.#isHost = isHost;
  }

  /** Null for a tree without a policy in force. Throws OSTREE_SELINUX_POLICY. */
  static of(root: string, isHost = isSelinuxHost()): DeploymentLabels | null {
    const policy = policyOfDirectory(root);
    return policy === undefined ? null : new DeploymentLabels(policy, isHost);
  }

  /**
   * Of what is checked out below a path. Where the running system has no SELinux only files are labelled, as by libostree: it labels all
   * else through the kernel (ostree-repo-checkout.c).
   */
  below(prefix: string): (path: string, mode: number) => string | undefined {
    return (path, mode) => {
      if (!this.#isHost && (mode & S_IFMT) !== S_IFREG) return undefined;
      return this.#policy(withoutSlash(`${prefix}${path}`), mode);
    };
  }

  /** Labels a directory with all that is in it, always. `name` is its absolute path in the running system. */
  relabel(path: string, name: string): void {
    relabelTree(this.#policy, path, name);
  }

  /** Labels one file that was made, where the running system has SELinux; what it copied from elsewhere goes. */
  made(path: string, name: string): void {
    lremovexattr(path, SELINUX_XATTR);
    if (this.#isHost) label(this.#policy, path, name);
  }
}

/** Labels a tree. `keep` leaves labels that are there, `onLabel` hears of each that is set, with the path that counted. */
export function relabelTree(
  policy: Labeler,
  path: string,
  name: string,
  options: { readonly keep?: boolean; readonly onLabel?: (path: string, name: string, label: string) => void } = {},
): void {
  if (!options.keep || lgetxattr(path, SELINUX_XATTR) === undefined) {
    const set = label(policy, path, name);
    if (set !== undefined) options.onLabel?.(path, name, set);
  }
  if (!lstatSync(path).isDirectory()) return;
  for (const child of readdirSync(path).sort()) relabelTree(policy, join(path, child), join(name, child), options);
}

function label(policy: Labeler, path: string, name: string): string | undefined {
  const found = policy(name, lstatSync(path).mode);
  try {
    setLabel(path, found);
  } catch (error) {
    // File systems such as FAT have no labels.
    if (errnoOf(error) !== 'ENOTSUP') throw error;
    return undefined;
  }
  return found;
}

const withoutSlash = (path: string): string => path.replace(/(?<=.)\/$/, '');
