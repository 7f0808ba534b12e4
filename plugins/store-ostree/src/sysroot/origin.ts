import { readFileSync, rmSync } from 'node:fs';
import { errnoOf, storeError } from '../errors.ts';
import { KeyFile } from '../repo/key-file.ts';
import { replaceFile } from '../repo/replace-file.ts';

/** Throws SYSROOT_ORIGIN for a file that is no key file. */
export function readOrigin(path: string): KeyFile | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw unreadable(path, error);
  }
  try {
    return KeyFile.parse(text);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): Error {
  return storeError('SYSROOT_ORIGIN', `The origin file ${path} cannot be read: ${(cause as Error).message}.`, {
    hint: 'Correct it; `[origin]` with `refspec=REMOTE:REF` is what it needs.',
    data: { path },
    cause,
  });
}

/** Replaces an origin file, or removes it with null. */
export function writeOriginFile(path: string, origin: KeyFile | null): void {
  if (origin === null) rmSync(path, { force: true });
  else replaceFile(path, origin.toString());
}

/** The origin of a deployment that follows a ref. */
export function originOf(refspec: string): KeyFile {
  const origin = new KeyFile();
  origin.set('origin', 'refspec', refspec);
  return origin;
}

/** Takes out what holds for one deployment alone: that it is pinned, or was unlocked. */
export function dropDeploymentState(origin: KeyFile): void {
  origin.deleteGroup('libostree-transient');
  origin.delete('origin', 'unlocked');
}

/** Takes out besides which commit it was held at (ostree_deployment_origin_remove_transient_state). */
export function dropTransientState(origin: KeyFile): void {
  dropDeploymentState(origin);
  origin.delete('origin', 'override-commit');
}
