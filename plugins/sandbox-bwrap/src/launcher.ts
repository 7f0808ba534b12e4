import type { Root } from '@ostrata/contract';

/** Exit code of {@link OVERLAY_SCRIPT} when the mount failed. */
export const OVERLAY_FAILED = 125;

/**
 * Mounts `upper` over `lower` and becomes the command. The three directories are named by descriptors, because overlayfs splits its
 * options at commas and colons. The descriptors are closed before the command starts: through one a program could leave the root.
 * `volatile` skips the sync of the whole file system at each unmount; what is kept is synced by the store. Its mark of the mount before
 * would make overlayfs refuse the directory.
 */
const OVERLAY_SCRIPT = `
if [ -e "$3/work/incompat" ]; then rm -rf "$3/work/incompat"; fi
exec 3<"$1" 4<"$2" 5<"$3"
target=$4
options="lowerdir=/proc/self/fd/3,upperdir=/proc/self/fd/4,workdir=/proc/self/fd/5$5"
mount -t overlay overlay -o "$options,volatile" "$target" 2>/dev/null || mount -t overlay overlay -o "$options" "$target" || exit ${OVERLAY_FAILED}
exec 3<&- 4<&- 5<&-
shift 5
umask 022
exec "$@" 2>&1`;

/** The user's umask is not the image's. One stream for both kinds of output keeps their lines in order. */
const PLAIN_SCRIPT = 'umask 022; exec "$@" 2>&1';

/** So that the upper directory says everything in plain files, directories and whiteouts. */
const ROOT_OPTIONS = ',redirect_dir=off,metacopy=off,index=off';
/** In a user namespace overlayfs keeps its marks in `user.overlay.*`, as `trusted.*` is out of reach. */
const USER_OPTIONS = ',userxattr';

/** A private mount namespace; for those who are not root also a user namespace in which they are. */
export function namespaceArguments(uid: number): readonly string[] {
  return uid === 0 ? ['unshare', '--mount'] : ['unshare', '--user', '--map-root-user', '--mount'];
}

/**
 * The command line that shows `root` at `mountPoint` in a mount namespace of its own and then becomes `argv`. Each step replaces the
 * one before: the process that the caller started is the one that bwrap watches over, and nothing is mounted outside of it.
 */
export function launch(root: Root, mountPoint: string, uid: number, argv: readonly string[]): readonly string[] {
  const namespace = namespaceArguments(uid);
  if (root.upper === null || root.work === null) {
    return [...(uid === 0 ? [] : namespace), 'sh', '-c', PLAIN_SCRIPT, 'sandbox', ...argv];
  }
  const options = uid === 0 ? ROOT_OPTIONS : USER_OPTIONS;
  return [
    ...namespace,
    'sh',
    '-c',
    OVERLAY_SCRIPT,
    'overlay',
    root.lower,
    root.upper,
    root.work,
    mountPoint,
    options,
    ...argv,
  ];
}
