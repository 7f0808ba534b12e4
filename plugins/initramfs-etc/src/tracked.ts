import { Origin } from '@ostrata/origin';
import { etcError } from './errors.ts';

const KEY = ['rpmostree', 'initramfs-etc'] as const;

/** What a user asks for. */
export interface TrackChanges {
  readonly track: readonly string[];
  readonly untrack: readonly string[];
  readonly untrackAll: boolean;
}

/** Throws INITRAMFS_ETC_ORIGIN. */
export function parseOrigin(text: string): Origin {
  try {
    return Origin.parse(text);
  } catch (error) {
    throw etcError(
      'INITRAMFS_ETC_ORIGIN',
      `The origin of the deployment cannot be read: ${(error as Error).message}.`,
      {
        hint: 'Correct the file DEPLOYMENT.origin beside the deployment, or deploy anew.',
        cause: error,
      },
    );
  }
}

/** Paths that an origin tracks: `initramfs-etc` of the group `rpmostree`, sorted, each once. */
export const trackedFiles = (origin: Origin): readonly string[] => [...new Set(origin.list(...KEY))].sort();

/** Changes what an origin tracks; whether something changed. Throws INITRAMFS_ETC_PATH. */
export function changeTracked(origin: Origin, { track, untrack, untrackAll }: TrackChanges): boolean {
  const before = trackedFiles(origin);
  const files = new Set(untrackAll ? [] : before);
  for (const path of untrack) files.delete(path);
  for (const path of track) files.add(checkPath(path));
  const after = [...files].sort();
  if (after.join('\n') === before.join('\n')) return false;
  origin.setList(...KEY, after);
  return true;
}

/** Throws INITRAMFS_ETC_REGENERATED: rpm-ostree refuses to lay files over an initramfs that has them already. */
export function checkNotRegenerated(origin: Origin, files: readonly string[]): void {
  if (files.length === 0 || !origin.flag('rpmostree', 'regenerate-initramfs')) return;
  throw etcError('INITRAMFS_ETC_REGENERATED', 'The machine makes its initramfs by itself: no files are laid over it.', {
    hint: 'Add each by `ostrata initramfs --enable --arg=-I --arg=FILE`, or `ostrata initramfs --disable` first.',
    data: { files },
  });
}

/** Throws INITRAMFS_ETC_PATH. */
export function checkPath(path: string): string {
  const parts = path.split('/').slice(1);
  const isCanonical = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  // An origin separates paths by semicolons, and has each list on a line.
  if (path.startsWith('/etc/') && isCanonical && !/[;\n\r\0\\]/.test(path)) return path;
  throw etcError('INITRAMFS_ETC_PATH', `${JSON.stringify(path)} cannot be tracked.`, {
    hint: 'Name files or directories below /etc, as /etc/NAME, without "..", double slashes, semicolons and backslashes.',
    data: { path },
  });
}
