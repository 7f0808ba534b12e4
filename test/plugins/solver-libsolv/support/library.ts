import { isHostError } from '@ostrata/core';
import { Library } from '../../../../plugins/solver-libsolv/src/native/library.ts';

export const LIBSOLV = 'libsolv.so.1';

/** Whether libsolv is on this machine. */
export function hasLibsolv(): boolean {
  try {
    new Library(LIBSOLV);
    return true;
  } catch (error) {
    if (isHostError(error)) return false;
    throw error;
  }
}
