import { basename } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';

/**
 * What a checkout was about to do when something was there: make a directory, enter one, make a hard link, a copy or a symbolic
 * link, or put a file in the place of a directory.
 */
export type CheckoutStep = 'mkdir' | 'open' | 'link' | 'copy' | 'symlink' | 'replace';

export function alreadyThere(path: string, step: CheckoutStep, object?: Checksum, cause?: unknown) {
  return storeError('OSTREE_CHECKOUT_EXISTS', `The checkout met something else at ${path}.`, {
    hint: 'Check out into a new directory, or remove what is there.',
    data: { path, step, ...(object === undefined ? {} : { object }) },
    cause,
  });
}

/** Why a file could not be the hard link that it had to be. */
export type LinkObstacle =
  | { readonly reason: 'user-repository' | 'user-checkout' }
  | { readonly reason: 'device'; readonly source: number; readonly destination: number }
  | { readonly reason: 'refused'; readonly object: Checksum; readonly errno: string };

const SENTENCES = {
  'user-repository': 'the files of a repository of a user mode can only be linked in user mode',
  'user-checkout': 'the files of this repository cannot be linked in user mode',
  device: 'it is on another device than the repository',
  refused: 'the system refuses the link',
} as const;

export function cannotLink(path: string, obstacle: LinkObstacle, cause?: unknown) {
  return storeError('OSTREE_CHECKOUT_LINK', `${path} cannot hold hard links: ${SENTENCES[obstacle.reason]}.`, {
    hint: 'Allow copies, or check out on the file system of the repository and in the mode that fits it.',
    data: { path, ...obstacle },
    cause,
  });
}

export function emptyWhiteout(path: string, kind: 'container' | 'overlayfs') {
  return storeError('OSTREE_CHECKOUT_WHITEOUT', `The whiteout ${path} names nothing.`, {
    hint: `Remove ${basename(path)} from the tree, or check it out without regard to whiteouts.`,
    data: { path, kind },
  });
}
