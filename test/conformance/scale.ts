import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compareEvr, parseEvr } from '../../plugins/repo-rpm/src/codec/index.ts';
import { ArchPolicy } from '../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../plugins/solver-sat/src/pool/builder.ts';
import type { Pool } from '../../plugins/solver-sat/src/pool/pool.ts';
import { loadTable } from '../../plugins/solver-sat/src/request/load.ts';
import { solve } from '../../plugins/solver-sat/src/solve/solve.ts';
import { primaryTable } from '../plugins/solver-sat/support/primary.ts';
import { askLibsolv, hasPythonSolv, type InstallJob } from '../support/libsolv-rpmmd.ts';
import { type CaseResult, type ConformanceOptions, failed, passed, skipped } from './case.ts';

export const options = [] as const;
export const takesNames = true;

/** Desktops: the largest closures of a distribution. */
const LARGE = ['gnome-core', 'task-gnome-desktop', 'kde-full'];

/**
 * Installs packages of the rpm-md repository at PATH on an empty x86_64 system, each with and without weak dependencies, and asks libsolv
 * (python3-solv) the same in the same run: the sets must be equal. `names` are the packages; desktops of Debian by default.
 */
export async function* run(
  path: string,
  _options: ConformanceOptions,
  names: readonly string[] = [],
): AsyncGenerator<CaseResult> {
  if (!existsSync(join(path, 'repodata'))) throw new Error(`${path} has no repodata`);
  const jobs = (names.length > 0 ? names : LARGE).flatMap((name) =>
    [true, false].map((weak) => ({ install: [name], weak })),
  );
  if (!hasPythonSolv()) {
    for (const job of jobs) yield skipped(nameOf(job), 'python3-solv is not installed');
    return;
  }
  const id = basename(path);
  const expected = askLibsolv({ repositories: [[id, path]], jobs });
  const builder = new PoolBuilder();
  loadTable(builder, primaryTable(id, path), false);
  const compareVersions = (a: string, b: string) => compareEvr(parseEvr(a), parseEvr(b));
  const pool = builder.build(new ArchPolicy('x86_64'), { multilib: true, compareVersions });
  for (const [i, job] of jobs.entries()) yield judge(pool, job, expected.jobs[i]!);
}

function nameOf({ install, weak }: InstallJob): string {
  return `${install.join(' ')} ${weak ? 'with' : 'without'} weak dependencies`;
}

function judge(
  pool: Pool,
  job: InstallJob,
  { packages, problems }: { readonly packages: readonly string[]; readonly problems: number },
): CaseResult {
  const jobs = job.install.map((spec) => {
    const candidates: number[] = [];
    const name = pool.strings.find(spec);
    for (let p = 2; p < pool.count; p++) if (pool.name[p] === name) candidates.push(p);
    const plain = { weak: false, best: false, anyArch: false, anyVersion: false };
    return { kind: 'install' as const, spec, candidates: [candidates], ...plain };
  });
  const state = solve(pool, jobs, { weak: job.weak });
  const found: string[] = [];
  for (let p = 2; p < pool.count; p++) if (state.level[p]! > 0) found.push(pool.text(p));
  const wanted = new Set(packages);
  const got = new Set(found);
  const missing = packages.filter((text) => !got.has(text));
  const extra = found.filter((text) => !wanted.has(text));
  const name = `${nameOf(job)}: ${packages.length} packages`;
  if (missing.length + extra.length > 0) {
    const some = (list: readonly string[]) => `${list.length} [${list.slice(0, 5).join(', ')}]`;
    return failed(name, `misses ${some(missing)}, has ${some(extra)} instead`);
  }
  if (problems > 0 !== state.problems.length > 0) return failed(name, `libsolv has ${problems} problems`);
  return passed(name);
}
