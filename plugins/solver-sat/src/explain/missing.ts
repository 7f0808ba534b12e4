import type { HostError, PackageRequest } from '@ostrata/contract';
import { solverError } from '../errors.ts';
import type { Pool } from '../pool/pool.ts';
import { type Obstacles, remediesOf, unusableData, unusableFor } from './obstacles.ts';

/** Why a request finds nothing: no such package, or only ones that are excluded or for another architecture. */
export function explainMissing(
  pool: Pool,
  request: PackageRequest & { readonly dependency: number },
  obstacles: Obstacles,
): HostError {
  const { spec, origin } = request;
  const hidden = unusableFor(pool, request.dependency, obstacles);
  const by = origin === undefined ? '' : ` (asked for by ${origin})`;
  const source = request.source === undefined ? '' : ` in source ${request.source}`;
  const sources = [...new Set(pool.repos.filter((repo) => !repo.installed).map(({ id }) => id))];
  if (request.source !== undefined && !sources.includes(request.source)) {
    return solverError(
      'SOLVER_NOT_FOUND',
      `"${spec}"${by} shall come from source ${request.source}, which is not used.`,
      {
        hint: `Enable the source, or ask for the package without it. Sources in use: ${sources.join(', ') || 'none'}.`,
        data: { spec, source: request.source, sources },
      },
    );
  }
  if (hidden.length === 0) {
    const similar = similarNames(pool, spec);
    return solverError('SOLVER_NOT_FOUND', `No package is called "${spec}" or provides it${source}${by}.`, {
      hint:
        similar.length > 0
          ? `Perhaps you mean ${similar.join(', ')}.`
          : 'Check the spelling and the configured package sources.',
      data: { spec, similar },
    });
  }
  const unusable = hidden.slice(0, 5);
  const list = unusable.map((entry) => `${entry.package} (${entry.obstacle.text})`).join(', ');
  return solverError('SOLVER_NOT_FOUND', `No usable package fits "${spec}"${source}${by}: ${list}.`, {
    hint: `${remediesOf(unusable)}.`,
    data: { spec, unusable: unusableData(unusable) },
  });
}

/** Names that contain the wanted one or differ in a letter or two. */
function similarNames(pool: Pool, spec: string): string[] {
  const names = new Set<string>();
  for (let p = 2; p < pool.count; p++) if (pool.installable(p)) names.add(pool.strings.text(pool.name[p]!));
  const wanted = spec.toLowerCase();
  const scored: { name: string; distance: number }[] = [];
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) > 2) continue;
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance <= 2) scored.push({ name, distance });
  }
  scored.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return scored.slice(0, 3).map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
