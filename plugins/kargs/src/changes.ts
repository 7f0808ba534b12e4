import type { Json } from '@ostrata/contract';
import { KernelArgs, KernelArgsError } from '@ostrata/kernel-args';
import { kargsError } from './errors.ts';

/** Changes of kernel arguments: what a request has for this plugin (`deploy.extras.kargs`). Absent lists are empty. */
export interface KargsChanges {
  /** What is changed, in place of the arguments of the deployment that is followed. */
  readonly base?: readonly string[];
  readonly delete?: readonly string[];
  readonly replace?: readonly string[];
  readonly append?: readonly string[];
  readonly appendIfMissing?: readonly string[];
  readonly deleteIfPresent?: readonly string[];
}

const LISTS = ['base', 'delete', 'replace', 'append', 'appendIfMissing', 'deleteIfPresent'] as const;

/** Throws KARGS_CHANGE for data that no verb of this plugin makes. */
export function parseChanges(data: Json): KargsChanges {
  const isList = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'string');
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  const known = isObject && Object.entries(data).every(([key, value]) => LISTS.includes(key as never) && isList(value));
  if (known) return data as KargsChanges;
  throw kargsError('KARGS_CHANGE', `The request for kernel arguments is not understood: ${JSON.stringify(data)}.`, {
    hint: `It has lists of texts called ${LISTS.join(', ')}.`,
  });
}

/** In rpm-ostree's order: deletions, replacements, additions, then what depends on what is there. Throws KARGS_CHANGE. */
export function changeKargs(kargs: readonly string[], changes: KargsChanges): readonly string[] {
  const args = new KernelArgs(changes.base ?? kargs);
  try {
    for (const arg of changes.delete ?? []) args.delete(arg);
    for (const arg of changes.replace ?? []) args.replace(arg);
    args.append(...(changes.append ?? []));
    for (const arg of changes.appendIfMissing ?? []) args.appendIfMissing(arg);
    for (const arg of changes.deleteIfPresent ?? []) args.deleteIfPresent(arg);
  } catch (error) {
    if (!(error instanceof KernelArgsError)) throw error;
    throw kargsError('KARGS_CHANGE', `The kernel arguments cannot be changed as asked: ${error.message}.`, {
      hint: `These are the present ones: ${kargs.join(' ') || 'none'}`,
      data: { kargs, changes: changes as { [key: string]: Json } },
      cause: error,
    });
  }
  return args.list;
}
