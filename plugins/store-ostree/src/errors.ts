import { HostError, type HostErrorOptions } from '@ostrata/contract';

/** Codes of this plugin. */
export const STORE_ERRORS = {
  OSTREE_REPO_MISSING: 'There is no OSTree repository at the given path.',
  OSTREE_REPO_INVALID:
    'A directory is not a usable OSTree repository: its config is missing, broken or of an unknown version.',
  OSTREE_REPO_MODE: 'The repository has a mode that is not known or cannot be used for what was asked.',
  OSTREE_REPO_EXISTS: 'A repository was to be made where one of another mode is.',
  OSTREE_REPO_LOCKED: 'Another process kept the repository locked for longer than its lock-timeout-secs.',
  OSTREE_REPO_PERMISSION: 'The system did not allow a file of the repository to be written as it has to be.',
  OSTREE_OBJECT_MISSING: 'An object that others refer to is not in the repository.',
  OSTREE_OBJECT_CORRUPT: 'The bytes of an object do not match its checksum or its format.',
  OSTREE_OBJECT_INVALID: 'A file, directory or commit cannot be stored as an OSTree object.',
  OSTREE_METADATA_INVALID: 'Commit metadata has a value that does not fit its type.',
  OSTREE_REF_INVALID: 'A ref has a name that OSTree does not allow, or its file does not hold a checksum.',
  OSTREE_REF_CONFLICT: 'A ref cannot be made because another one is a prefix of its path or the reverse.',
  OSTREE_REV_UNKNOWN: 'A revision names no commit of the repository.',
  OSTREE_REV_AMBIGUOUS: 'The beginning of a checksum matches several commits.',
  OSTREE_REPO_UNWRITABLE: 'The repository that shall get a commit cannot be written or made.',
  OSTREE_NO_SPACE: 'Writing would leave less free space than the min-free-space setting of the repository asks for.',
  OSTREE_CHECKOUT_EXISTS: 'A checkout met a path that is already there.',
  OSTREE_CHECKOUT_LINK: 'A checkout was to be made of hard links only, and a file cannot be one.',
  OSTREE_CHECKOUT_WHITEOUT: 'A file of a commit has the name of a whiteout that names nothing.',
  OSTREE_CHECKOUT_PATH: 'A path that was asked for is not in the commit.',
  OSTREE_TREE_PATH: 'A path given to a tree is not a relative path without empty, "." or ".." parts.',
  OSTREE_TREE_MISSING: 'A path that an operation on a tree needs is not in the tree.',
  OSTREE_TREE_TYPE: 'A path of a tree is not of the kind that an operation needs.',
  OSTREE_TREE_EXISTS: 'An operation on a tree would overwrite a path that is already there.',
  OSTREE_ROOT_UNKNOWN: 'Changes were to be taken from a directory that this tree did not make.',
  OSTREE_SELINUX_POLICY: 'The SELinux policy of a root file system is incomplete or cannot be used.',
  OSTREE_SOURCE_UNSUPPORTED:
    'A directory or archive that is to be committed has something that OSTree cannot hold, such as a device.',
  OSTREE_TAR_INVALID: 'A tar archive is broken or has paths that leave its root.',
  OSTREE_DELTA_MISSING: 'A static delta that was asked for is not there.',
  OSTREE_DELTA_NAME: 'A text is not the name of a static delta.',
  OSTREE_DELTA_INVALID: 'A static delta or an index of static deltas is not what its format says.',
  OSTREE_DELTA_SOURCE: 'The commit from which a static delta starts is not in the repository.',
  OSTREE_DELTA_FALLBACK: 'A static delta leaves objects to be fetched one by one, and they are not in the repository.',
  OSTREE_DELTA_SIGNATURE: 'The signatures of a static delta could not be verified.',
  OSTREE_DELTA_COMPRESSION: 'A static delta cannot be made because the library liblzma is not on this machine.',
  OSTREE_REMOTE_UNKNOWN: 'There is no remote of the given name.',
  OSTREE_REMOTE_EXISTS: 'A remote was to be added and there is one of its name.',
  OSTREE_REMOTE_INVALID: 'The configuration of a remote is broken, contradicts itself or lacks something.',
  OSTREE_REMOTE_UNUSABLE:
    'A remote cannot be pulled from: it is not configured yet, has a backend of its own, or serves no archive.',
  OSTREE_PULL_REF: 'What was to be pulled is not among the refs of the remote, or nothing was named.',
  OSTREE_PULL_MISSING: 'A remote lacks an object or a file that it has to have.',
  OSTREE_PULL_CORRUPT: 'A remote served bytes that do not match their checksum or their format.',
  OSTREE_PULL_BINDING: 'A commit was made for another ref or another collection than the one it was pulled as.',
  OSTREE_PULL_TIMESTAMP: 'A commit of a remote is older than the one that it would replace.',
  OSTREE_PULL_SIGNATURE: 'A commit or a summary lacks a valid signature and the remote is configured to have one.',
  OSTREE_PULL_DELTA: 'A static delta is required and the remote has none that fits.',
  OSTREE_SUMMARY_INVALID: 'A summary, its signature or a metalink is not what its format says.',
  OSTREE_SUMMARY_MISSING: 'A summary, or its signature, is needed and there is none.',
  SYSROOT_MISSING: 'There is no system with deployments at the given path.',
  SYSROOT_INVALID: 'Boot entries, links or deployment directories of a system do not fit together.',
  SYSROOT_READ_ONLY: 'A file system that has to be written is mounted read-only and cannot be made writable.',
  SYSROOT_BOOT_LINKS: '/boot is on a file system that has no links.',
  SYSROOT_LOCKED: 'Another program is changing the system.',
  SYSROOT_STATEROOT: 'A stateroot that was named is not there.',
  SYSROOT_SPACE: 'A file system has no room for what a deployment needs there.',
  SYSROOT_KERNEL: 'A tree that shall boot has no kernel, or more than one.',
  SYSROOT_TREE: 'A tree lacks what a deployment needs, or has what it must not have.',
  SYSROOT_ETC: 'Changes made to /etc cannot be brought to a new deployment.',
  SYSROOT_ETC_CONFLICT:
    'Files of /etc were changed by hand and in the new image, and configuration wants neither to win.',
  SYSROOT_ORIGIN: 'An origin file cannot be read, or lacks what is needed.',
  SYSROOT_BOOTED: 'Something was asked for that only the booted deployment, or any other, can have.',
  SYSROOT_FREEZE: 'The file system of /boot could not be frozen and thawed, or a test wanted it so.',
  SYSROOT_SOFT_REBOOT: 'A deployment cannot be mounted for a soft reboot, or what is mounted is not understood.',
  SYSROOT_STAGED: 'The state of a staged deployment cannot be read.',
} as const;

export type StoreErrorCode = keyof typeof STORE_ERRORS;

export class StoreError extends HostError<StoreErrorCode> {}

export function storeError(code: StoreErrorCode, message: string, options: HostErrorOptions = {}): StoreError {
  return new StoreError(code, message, options);
}

/** The errno name of a failed system call, or undefined for other errors. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
