import type { Flags } from '@ostrata/system-verbs';
import { clientError } from './errors.ts';

/** Throws CLIENT_USAGE where both flags of a pair are given. */
export function excludes(flags: Flags, ...pairs: readonly (readonly [string, string])[]): void {
  for (const [a, b] of pairs) {
    if (!isGiven(flags, a) || !isGiven(flags, b)) continue;
    throw clientError('CLIENT_USAGE', `--${a} and --${b} exclude one another.`, { hint: 'Give one of them.' });
  }
}

const isGiven = (flags: Flags, name: string): boolean => flags.is(name) || flags.text(name) !== undefined;
