import { listRefs } from '../../repo/refs.ts';
import { usageError, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import { setRef } from '../set-ref.ts';
import type { Verb } from '../verb.ts';

export const reset: Verb = {
  usage: 'REF COMMIT',
  options: [],
  run(call) {
    const [ref, target] = call.args;
    if (ref === undefined || target === undefined) throw usageError(call, 'A REF and COMMIT argument is required');
    const repo = openRepository(call.repo);
    if (!listRefs(repo).has(ref)) throw new VerbError(`Invalid ref '${ref}'`);
    setRef(repo, ref, resolve(repo, target));
  },
};
