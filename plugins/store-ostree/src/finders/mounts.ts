import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../errors.ts';

/** A file system that is mounted. */
export interface Mount {
  readonly path: string;
  readonly fsType: string;
  readonly device: string;
}

export interface MountViewer {
  readonly uid: number;
  /** The name of the user, and his home directory; null where they are not known. */
  readonly user: string | null;
  readonly home: string | null;
}

/** What is mounted (proc_pid_mountinfo(5)); of mounts over one another the uppermost. */
export function listMounts(file = '/proc/self/mountinfo'): Mount[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  const mounts = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const [path, fsType, device] = [fields[4], fields[dash + 1], fields[dash + 2]];
    if (dash < 0 || path === undefined || fsType === undefined || device === undefined) continue;
    const mount = { path: unescapePath(path), fsType, device: unescapePath(device) };
    mounts.delete(mount.path);
    mounts.set(mount.path, mount);
  }
  return [...mounts.values()];
}

/** Blanks, tabs, line ends and backslashes are written as three octal digits. */
const unescapePath = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/**
 * Whether a mount is a volume that a user put in, as GIO shows volumes (gunixmounts.c, g_unix_mount_guess_should_display): below
 * `/media`, the user's directory of `/run/media` or his home, not hidden, and a device.
 */
export function isRemovable(mount: Mount, viewer: MountViewer): boolean {
  const { path } = mount;
  if (path.includes('/.') || !isDevice(mount)) return false;
  const runtime = viewer.uid === 0 ? '/run/media/' : `/run/media/${viewer.user ?? ''}/`;
  if (path.startsWith('/media/') || (path.startsWith(runtime) && runtime !== '/run/media//')) {
    return isOpen(dirname(path)) && isOpen(path);
  }
  return viewer.home !== null && viewer.home !== '/' && path.startsWith(`${viewer.home}/`);
}

/** Volumes are block devices, or are served by programs of users. */
function isDevice({ fsType, device }: Mount): boolean {
  if (fsType.startsWith('fuse') && fsType !== 'fusectl') return true;
  if (!device.startsWith('/')) return false;
  try {
    return statSync(device).isBlockDevice();
  } catch {
    return false;
  }
}

function isOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
