import type { HostError, PackageRequest } from '@ostrata/contract';
import { solverError } from '../errors.ts';
import { matchesPackage } from '../pool/match.ts';
import type { Pool } from '../pool/pool.ts';

/** Why a request finds nothing: no such package, or only ones that are excluded or for another architecture. */
export function explainMissing(
  pool: Pool,
  request: PackageRequest & { readonly dependency: number },
  reasons: readonly string[],
): HostError {
  const { spec, origin } = request;
  const hidden = hiddenProviders(pool, request.dependency);
  const by = origin === undefined ? '' : ` (asked for by ${origin})`;
  const source = request.source === undefined ? '' : ` in source ${request.source}`;
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
  const unusable = hidden
    .slice(0, 5)
    .map((p) => ({ package: pool.text(p), reason: unusableBecause(pool, p, reasons) }));
  const list = unusable.map((entry) => `${entry.package} (${entry.reason})`).join(', ');
  return solverError('SOLVER_NOT_FOUND', `No usable package fits "${spec}"${source}${by}: ${list}.`, {
    hint: 'Change the exclude, pin, source or architecture that stands against it.',
    data: { spec, unusable },
  });
}

/** Why a package that exists cannot be installed. */
export function unusableBecause(pool: Pool, p: number, reasons: readonly string[]): string {
  const excluded = reasons[pool.excluded[p]!];
  if (pool.archScore[p] === 0) return `it is for ${pool.strings.text(pool.arch[p]!)}, not ${pool.archs.arch}`;
  return excluded === undefined || excluded === '' ? `it comes from source ${pool.repos[pool.repo[p]!]!.id}` : excluded;
}

/** Packages that fit a dependency but are left out of the index, because they must not or cannot be installed. */
export function hiddenProviders(pool: Pool, dependency: number): number[] {
  const { deps, lists, relations } = pool;
  let name = dependency;
  while (name < 0) name = relations.left(name);
  const found: number[] = [];
  for (let p = 2; p < pool.count; p++) {
    if (pool.installed[p] === 1 || pool.installable(p)) continue;
    if (matchesPackage(pool, p, dependency)) {
      found.push(p);
      continue;
    }
    const start = lists.provides[p]!;
    if (start === 0) continue;
    for (let i = start; deps[i] !== 0; i++) {
      const provide = deps[i]!;
      const base = provide < 0 ? relations.left(provide) : provide;
      if (provide === dependency || (dependency > 0 && base === name)) {
        found.push(p);
        break;
      }
    }
  }
  return found;
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
