import type { Terminal } from '@ostrata/contract';
import { VerbError } from './error.ts';

/** Names of places in a run and whether to fail there, as libostree's tests ask for it: `OSTREE_REPO_TEST_ERROR=pre-commit`. */
const VARIABLE = 'OSTREE_REPO_TEST_ERROR';

/** Fails where the environment asks for it, so that tests can see what a run that was broken off leaves behind. */
export function failpoint(name: string, { environment }: Terminal): void {
  const wanted = (environment[VARIABLE] ?? '').split(/[\s,:;]+/);
  if (wanted.includes(name)) throw new VerbError(`${VARIABLE}_${name.toUpperCase().replace('-', '_')} specified`);
}
