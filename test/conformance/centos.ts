import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareEvr, parseEvr } from '../../plugins/repo-rpm/src/codec/index.ts';
import { ArchPolicy } from '../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../plugins/solver-sat/src/pool/builder.ts';
import type { Pool } from '../../plugins/solver-sat/src/pool/pool.ts';
import { loadTable } from '../../plugins/solver-sat/src/request/load.ts';
import type { Job } from '../../plugins/solver-sat/src/rules/job.ts';
import { solve } from '../../plugins/solver-sat/src/solve/solve.ts';
import { primaryTable } from '../plugins/solver-sat/support/primary.ts';
import { type CaseResult, type ConformanceOptions, failed, passed } from './case.ts';

/**
 * `--rpmmd DIR`, or DIR after PATH: the repositories, each one a folder that ends with the name that the cases use; `../../rpmmd` of
 * PATH by default.
 */
export const options = ['rpmmd'] as const;
export const second = 'rpmmd';

interface Case {
  readonly id: string;
  /** Whether recommended packages are installed. */
  readonly weak: boolean;
  /** `install name NAME` or `install provides DEPENDENCY`. */
  readonly jobs: readonly string[];
  /** `install NEVRA@REPOSITORY`, and lines about problems. */
  readonly result: readonly string[];
}

/**
 * Install jobs on an empty x86_64 system with libsolv's transactions as answers, one JSON object a line. Where libsolv found problems it
 * still gives what remains: then there must be a problem, and the same remains.
 */
export async function* run(path: string, { rpmmd }: ConformanceOptions): AsyncGenerator<CaseResult> {
  const lines = readFileSync(path, 'utf8').split('\n');
  const cases = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case);
  const pool = load(rpmmd ?? join(dirname(path), '..', '..', 'rpmmd'), repositoriesOf(cases));
  for (const one of cases) yield judge(pool, one);
}

function repositoriesOf(cases: readonly Case[]): string[] {
  const named = cases.flatMap(({ result }) => result.flatMap((line) => /^install .*@(.+)$/.exec(line)?.[1] ?? []));
  return [...new Set(named)].sort();
}

function load(rpmmd: string, repositories: readonly string[]): Pool {
  const builder = new PoolBuilder();
  for (const repository of repositories) {
    const folder = readdirSync(rpmmd).find((name) => name === repository || name.endsWith(`-${repository}`));
    if (folder === undefined || !existsSync(join(rpmmd, folder, 'repodata'))) {
      throw new Error(`${rpmmd} has no repository "${repository}"`);
    }
    loadTable(builder, primaryTable(repository, join(rpmmd, folder)), false);
  }
  const compareVersions = (a: string, b: string) => compareEvr(parseEvr(a), parseEvr(b));
  return builder.build(new ArchPolicy('x86_64'), { multilib: true, compareVersions });
}

function judge(pool: Pool, { id, weak, jobs, result }: Case): CaseResult {
  const name = `${id} ${weak ? 'with' : 'without'} weak dependencies`;
  const state = solve(
    pool,
    jobs.map((job) => jobOf(pool, job)),
    { weak },
  );
  const found = new Set<string>();
  for (let p = 2; p < pool.count; p++) {
    if (state.level[p]! > 0) found.add(`install ${pool.text(p)}@${pool.repos[pool.repo[p]!]!.id}`);
  }
  const expected = new Set(result.filter((line) => line.startsWith('install ')));
  const missing = [...expected].filter((line) => !found.has(line));
  const extra = [...found].filter((line) => !expected.has(line));
  if (missing.length + extra.length > 0) return failed(name, `misses [${list(missing)}], has [${list(extra)}] instead`);
  const problems = result.some((line) => line.startsWith('problem '));
  if (problems !== state.problems.length > 0) return failed(name, problems ? 'finds no problem' : 'finds a problem');
  return passed(name);
}

function list(lines: readonly string[]): string {
  return lines.slice(0, 5).join(', ');
}

function jobOf(pool: Pool, line: string): Job {
  const [, how, what] = /^install (name|provides) (.+)$/.exec(line) ?? [];
  if (what === undefined) throw new Error(`"${line}" is no job that is known here`);
  const id = pool.strings.find(what);
  const { providers } = pool;
  const candidates: number[] = [];
  if (id !== 0) {
    for (let i = providers.of(id); providers.data[i] !== 0; i++) {
      const p = providers.data[i]!;
      if (how === 'provides' || pool.name[p] === id) candidates.push(p);
    }
  }
  return {
    kind: 'install',
    spec: what,
    candidates: [candidates],
    weak: false,
    best: false,
    anyArch: false,
    anyVersion: false,
  };
}
