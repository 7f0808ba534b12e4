import type { Pool } from '../pool/pool.ts';
import type { SatState } from '../sat/state.ts';

/** Paths that primary metadata lists for every package (createrepo_c, `cr_is_primary`). */
const PRIMARY = /^(?:\/etc\/|\/usr\/lib\/sendmail$|.*bin\/)/;

/**
 * Whether the answer may hang on files that primary metadata does not list: a package that plays a part, or the request, names such a
 * path.
 */
export function needsFileLists(pool: Pool, wanted: readonly number[], state: SatState | null): boolean {
  const paths = Array.from(pool.paths).filter((id) => !PRIMARY.test(pool.strings.text(id)));
  if (paths.length === 0) return false;
  const others = new Set(paths);
  if (wanted.some((dep) => names(pool, dep, others))) return true;
  if (state === null) return false;
  const { lists, deps } = pool;
  for (const p of state.reached) {
    for (const kind of ['requires', 'conflicts', 'recommends', 'supplements'] as const) {
      const list = lists[kind][p]!;
      if (list === 0) continue;
      for (let i = list; deps[i] !== 0; i++) if (names(pool, deps[i]!, others)) return true;
    }
  }
  return false;
}

/** Whether a dependency has one of these strings in any of its parts. */
function names(pool: Pool, dep: number, strings: ReadonlySet<number>): boolean {
  if (dep >= 0) return strings.has(dep);
  return names(pool, pool.relations.left(dep), strings) || names(pool, pool.relations.right(dep), strings);
}
