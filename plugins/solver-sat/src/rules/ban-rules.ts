import { namesakes } from '../pool/namesakes.ts';
import type { SatState } from '../sat/state.ts';
import type { Job } from './job.ts';

/** Forbids what `blacklist` jobs name, but not updates of what is installed. */
export function addBlacklistRules(state: SatState, jobs: readonly Job[]): void {
  const { pool, rules } = state;
  state.blacklistRules = { start: rules.count, end: rules.count };
  const listed = jobs.filter((job) => job.kind === 'blacklist').flatMap((job) => job.candidates.flat());
  const known = new Set(listed.filter((p) => pool.installed[p] === 1).map((p) => pool.name[p]));
  for (const p of listed) if (pool.installed[p] === 0 && !known.has(pool.name[p])) rules.add(-p, 0, 0);
  state.blacklistRules.end = rules.count;
}

/** Forbids packages that a more preferred repository has under the same name, whatever their version. */
export function addPriorityRules(state: SatState): void {
  const { pool, rules, visited } = state;
  state.priorityRules = { start: rules.count, end: rules.count };
  const done = new Set<number>();
  for (const p of state.changes.policies.strictPriority ? state.reached : []) {
    if (done.has(pool.name[p]!)) continue;
    done.add(pool.name[p]!);
    const group = namesakes(pool, p);
    const best = Math.max(...group.map((other) => pool.priority(other)));
    for (const other of group) {
      if (visited[other] === 1 && pool.installed[other] === 0 && pool.priority(other) < best) rules.add(-other, 0, 0);
    }
  }
  state.priorityRules.end = rules.count;
}
