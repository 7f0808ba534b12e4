import type { Pool } from '../pool/pool.ts';
import type { SatState } from '../sat/state.ts';

/** Paths that primary metadata lists for every package (createrepo_c, `cr_is_primary`). */
const PRIMARY = /^(?:\/etc\/|\/usr\/lib\/sendmail$|.*bin\/)/;

/**
 * Whether the answer may hang on files that primary metadata does not list: a package that plays a part, or the request, names such a
 * path.
 */
export function needsFileLists(pool: Pool, wanted: readonly number[], state: SatState | null): boolean {
  if (wanted.some((dep) => namesOtherPath(pool, dep))) return true;
  if (state === null) return false;
  const { lists, deps } = pool;
  for (const p of state.reached) {
    for (const kind of ['requires', 'conflicts', 'recommends', 'supplements'] as const) {
      const list = lists[kind][p]!;
      if (list === 0) continue;
      for (let i = list; deps[i] !== 0; i++) if (namesOtherPath(pool, deps[i]!)) return true;
    }
  }
  return false;
}

function namesOtherPath(pool: Pool, dep: number): boolean {
  if (dep < 0) {
    return namesOtherPath(pool, pool.relations.left(dep)) || namesOtherPath(pool, pool.relations.right(dep));
  }
  const text = pool.strings.text(dep);
  return text.startsWith('/') && !PRIMARY.test(text);
}
