import { Origin } from '@ostrata/origin';
import { initramfsError } from './errors.ts';

const GROUP = 'rpmostree';

/** What an origin says of the initramfs: whether the machine makes it, and with which arguments of dracut besides the image's. */
export interface InitramfsWish {
  readonly enabled: boolean;
  readonly args: readonly string[];
}

/** Throws INITRAMFS_ORIGIN. */
export function parseOrigin(text: string): Origin {
  try {
    return Origin.parse(text);
  } catch (error) {
    throw initramfsError(
      'INITRAMFS_ORIGIN',
      `The origin of the deployment cannot be read: ${(error as Error).message}.`,
      {
        hint: 'Correct the file DEPLOYMENT.origin beside the deployment, or deploy anew.',
        cause: error,
      },
    );
  }
}

/** `regenerate-initramfs` and `initramfs-args` of the group `rpmostree`, as rpm-ostree has them. */
export function wishOf(origin: Origin): InitramfsWish {
  const enabled = origin.flag(GROUP, 'regenerate-initramfs');
  return { enabled, args: enabled ? origin.list(GROUP, 'initramfs-args') : [] };
}

/** Throws INITRAMFS_OVERLAY where an initramfs is made here and files of /etc are laid over it besides, which rpm-ostree refuses, too. */
export function checkOverlay(origin: Origin): void {
  const files = origin.list(GROUP, 'initramfs-etc');
  if (files.length === 0 || !wishOf(origin).enabled) return;
  throw initramfsError(
    'INITRAMFS_OVERLAY',
    `The initramfs cannot be made here while these are laid over it: ${files.join(', ')}.`,
    {
      hint: 'Stop tracking them (`ostrata initramfs-etc --untrack-all`), and add each by `--arg=-I --arg=FILE`.',
      data: { files },
    },
  );
}

/** Also sets what is followed under the key for trees that are put together on the machine, or for those that are not. */
export function setWish(origin: Origin, { enabled, args }: InitramfsWish): void {
  const { refspec } = origin;
  origin.setText(GROUP, 'regenerate-initramfs', enabled ? 'true' : null);
  origin.setList(GROUP, 'initramfs-args', enabled ? args : []);
  if (refspec !== null) origin.refspec = refspec;
}

export const isSameWish = (a: InitramfsWish, b: InitramfsWish): boolean =>
  a.enabled === b.enabled && a.args.join('\n') === b.args.join('\n');
