import { KernelArgs } from '../codec/boot/kernel-args.ts';
import type { Checksum } from '../codec/checksum.ts';
import type { Repository } from '../repo/repository.ts';
import type { SysrootDeployment } from './deployment.ts';

/** The version that a commit names, as menus and status show it; undefined where it names none, or is not there any more. */
export function commitVersion(repo: Repository, commit: Checksum): string | undefined {
  if (repo.find(commit, 'commit') === undefined) return undefined;
  const variant = repo.readCommit(commit).metadata.get('version');
  return variant?.type === 's' ? String(variant.value) : undefined;
}

/**
 * Whether a boot menu needs no change when one deployment takes the place of another: the menu names a link, and the link can be made to
 * lead elsewhere.
 */
export function isSameBoot(repo: Repository, a: SysrootDeployment, b: SysrootDeployment): boolean {
  return (
    a.stateroot === b.stateroot &&
    a.bootChecksum === b.bootChecksum &&
    a.overlayInitrds.join() === b.overlayInitrds.join() &&
    ownKargs(a) === ownKargs(b) &&
    commitVersion(repo, a.commit) === commitVersion(repo, b.commit)
  );
}

const ownKargs = ({ entry }: SysrootDeployment): string =>
  KernelArgs.parse(entry.get('options') ?? '')
    .drop('ostree')
    .toString();
