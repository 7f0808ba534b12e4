import type { HostError, PackageRequest } from '@ostrata/contract';
import { solverError } from '../errors.ts';

/** Why a request finds nothing: no such package, or only ones that are left out. */
export function explainMissing(
  { spec, origin, source }: PackageRequest,
  leftOut: readonly { readonly package: string; readonly reason: string }[],
  names: Iterable<string>,
): HostError {
  const by = origin === undefined ? '' : ` (asked for by ${origin})`;
  const where = source === undefined ? '' : ` in source ${source}`;
  if (leftOut.length > 0) {
    const unusable = leftOut.slice(0, 5).map((one) => ({ ...one }));
    const list = unusable.map((one) => `${one.package} (${one.reason})`).join(', ');
    return solverError('SOLVER_LIBSOLV_NOT_FOUND', `No usable package fits "${spec}"${where}${by}: ${list}.`, {
      hint: 'Change the exclude, pin, source or architecture that stands against it.',
      data: { spec, unusable },
    });
  }
  const wanted = spec.toLowerCase();
  const similar = [...names].filter((name) => name.toLowerCase().includes(wanted)).slice(0, 3);
  return solverError('SOLVER_LIBSOLV_NOT_FOUND', `No package is called "${spec}" or provides it${where}${by}.`, {
    hint:
      similar.length > 0
        ? `Perhaps you mean ${similar.join(', ')}.`
        : 'Check the spelling and the configured package sources.',
    data: { spec, similar },
  });
}
