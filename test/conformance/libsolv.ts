import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compareEvr, parseEvr } from '../../plugins/repo-rpm/src/codec/index.ts';
import { ArchPolicy } from '../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../plugins/solver-sat/src/pool/builder.ts';
import { SYSTEM } from '../../plugins/solver-sat/src/pool/columns.ts';
import type { Pool } from '../../plugins/solver-sat/src/pool/pool.ts';
import type { SatState } from '../../plugins/solver-sat/src/sat/state.ts';
import { solve } from '../../plugins/solver-sat/src/solve/solve.ts';
import { type CaseResult, failed, passed, skipped } from './case.ts';
import { difference, readExpectation } from './libsolv/expectation.ts';
import { type CaseFlags, policiesOf, readFlags, unsupported } from './libsolv/flags.ts';
import { makeJob, nevraAt, readJob } from './libsolv/jobs.ts';
import { judgeNotation } from './libsolv/notation.ts';
import { differentRules } from './libsolv/rules.ts';
import { type JobBlock, readScript, type Script } from './libsolv/script.ts';
import { addRepo } from './libsolv/testtags.ts';
import { Unsupported } from './libsolv/unsupported.ts';

export const options = [] as const;

/**
 * libsolv's own test cases (`.t` files, in folders of any depth): the packages that come and go must be the same, and where libsolv
 * finds problems there must be one. Every `result` of a file is a case.
 */
export async function* run(path: string): AsyncGenerator<CaseResult> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.t'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const script = readScript(file);
    let flags: CaseFlags | null = null;
    for (const [i, block] of script.blocks.entries()) {
      flags = readFlags(block.commands, flags);
      const name = `${relative(path, file)} #${i + 1}`;
      try {
        yield judge(name, script, block, flags);
      } catch (error) {
        yield error instanceof Unsupported ? skipped(name, error.message) : failed(name, (error as Error).message);
      }
    }
  }
}

function judge(name: string, script: Script, block: JobBlock, flags: CaseFlags): CaseResult {
  if (block.kinds.includes('jobs')) throw new Unsupported("libsolv's own notation of selections");
  if (block.kinds.includes('genid')) {
    const different = judgeNotation(block.commands, block.result);
    return different === null ? passed(name) : failed(name, different);
  }
  const unknown = unsupported(flags);
  if (unknown !== null) throw new Unsupported(unknown);
  const { pool, state } = solveBlock(script, block, flags);
  const expected = readExpectation(block.result);
  const problems = state.problems.length > 0;
  if (block.kinds.includes('problems') && problems !== expected.problems)
    return failed(name, problems ? 'finds a problem' : 'finds no problem');
  // A solver that is used again keeps rules of the jobs before; ours are made anew.
  const anew = !block.commands.some((words) => words.includes('reusesolver'));
  const rules = anew && block.kinds.includes('rules') ? differentRules(state, block.result) : null;
  if (rules !== null) return failed(name, rules);
  if (!block.kinds.includes('transaction')) return passed(name);
  const coming = new Set<string>();
  const leaving = new Set<string>();
  for (let p = 2; p < pool.count; p++) {
    if (state.level[p]! > 0 && pool.installed[p] === 0) coming.add(nevraAt(pool, p));
    if (state.level[p]! <= 0 && pool.installed[p] === 1) leaving.add(nevraAt(pool, p));
  }
  const different = difference('install', expected.coming, coming) ?? difference('remove', expected.leaving, leaving);
  return different === null ? passed(name) : failed(name, different);
}

function solveBlock(script: Script, block: JobBlock, flags: CaseFlags): { pool: Pool; state: SatState } {
  const builder = new PoolBuilder();
  const ids = new Map<string, number>();
  for (const repo of script.repos) {
    addRepo(builder, repo, repo.name === flags.installedRepo, (text, id) => ids.set(text, id));
  }
  const jobs = block.commands.filter(([command]) => command === 'job').map((command) => readJob(builder, command));
  const disabled = new Set(flags.disabled.map((line) => ids.get(line.replace('pkg ', ''))));
  const pool = builder.build(new ArchPolicy(flags.arch), {
    excluded: Uint8Array.from({ length: builder.count }, (_, p) => Number(disabled.has(p))),
    multilib: flags.pool.has('implicitobsoleteusescolors'),
    namespaces: (kind, value) =>
      (flags.namespaces.get(`namespace:${kind}(${value})`) ?? []).map((text) =>
        text === '@SYSTEM' ? SYSTEM : ids.get(text)!,
      ),
    compareVersions: (a, b) => compareEvr(parseEvr(a), parseEvr(b)),
  });
  const all = jobs.map((job) => makeJob(pool, job));
  const multiversion = new Uint8Array(pool.count);
  for (const job of all) if (job.kind === 'multiversion') for (const p of job.candidates.flat()) multiversion[p] = 1;
  const state = solve(pool, all, {
    weak: !flags.solver.has('ignorerecommended'),
    policies: policiesOf(flags),
    ...(multiversion.includes(1) ? { multiversion } : {}),
  });
  return { pool, state };
}
