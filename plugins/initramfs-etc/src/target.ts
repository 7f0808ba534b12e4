import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BootTarget, type Context, DEPLOYER, type Deployment } from '@ostrata/contract';
import { etcError } from './errors.ts';
import { makeOverlay, type Overlay } from './overlay.ts';
import { parseOrigin, trackedFiles } from './tracked.ts';

/** Where libostree looks for overlays of initial ram disks, by their sha256, when it writes a deployment into /boot (`ostree_sysroot_stage_overlay_initrd`). */
const STAGED = '/run/ostree/staged-initrds';

/**
 * `deploy.target`: the overlay of what the origin tracks, made anew of the present /etc. Where nothing is tracked any more there is none;
 * where nothing was tracked before either, overlays stay as they are.
 */
export async function overlayTarget(
  target: BootTarget,
  ctx: Context,
  staged = STAGED,
): Promise<BootTarget | undefined> {
  const files = trackedFiles(parseOrigin(target.origin));
  if (files.length === 0 && target.initrds.length === 0) return undefined;
  const followed = await findFollowed(target, ctx);
  if (files.length === 0) {
    const before = followed === undefined ? [] : trackedFiles(parseOrigin(followed.target.origin));
    return before.length === 0 ? undefined : { ...target, initrds: [] };
  }
  if (followed === undefined) {
    throw etcError('INITRAMFS_ETC_FILE', `Files are tracked for the initramfs, and ${target.os} has no /etc yet.`, {
      hint: 'Deploy without `initramfs-etc` in the origin first.',
      data: { stateroot: target.os, files },
    });
  }
  const overlay = makeOverlay(etcOf(followed), files);
  const path = join(staged, overlay.sha256);
  if (!existsSync(path)) {
    store(overlay, path);
    // Afterwards it is in /boot; one that is staged is needed until shutdown.
    if (!target.stage) ctx.defer(`the overlay ${path}`, () => rmSync(path, { force: true }));
  }
  return { ...target, initrds: [overlay.sha256] };
}

/** The deployment whose /etc is taken over: the running one, else the one that would boot next. */
async function findFollowed({ sysroot, os }: BootTarget, ctx: Context): Promise<Deployment | undefined> {
  const all = await (await ctx.get(DEPLOYER)).list(sysroot);
  const own = all.filter(({ target, state }) => target.os === os && state === 'active');
  return own.find(({ booted }) => booted) ?? own[0];
}

function etcOf({ booted, serial, target: { sysroot, os, commit } }: Deployment): string {
  return booted ? '/etc' : join(sysroot, `ostree/deploy/${os}/deploy/${commit}.${serial}/etc`);
}

function store({ image }: Overlay, path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const temporary = `${path}.tmp`;
  const fd = openSync(temporary, 'w', 0o600);
  try {
    for (let written = 0; written < image.length; ) written += writeSync(fd, image, written);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}
