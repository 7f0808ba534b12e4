import assert from 'node:assert/strict';
import { ArchPolicy } from '../../../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../../../plugins/solver-sat/src/pool/builder.ts';
import type { Pool } from '../../../../plugins/solver-sat/src/pool/pool.ts';
import type { Job } from '../../../../plugins/solver-sat/src/rules/job.ts';
import { solve } from '../../../../plugins/solver-sat/src/solve/solve.ts';
import { compare } from '../support/tables.ts';

/** A pool of `NAME: REQUIREMENT …` lines of version 1, the first ones installed, and of the same of version 2. */
function poolOf(installed: readonly string[], offered: readonly string[]): Pool {
  const builder = new PoolBuilder();
  const fill = (repo: number, lines: readonly string[], evr: string) => {
    for (const line of lines) {
      const [name = '', requires = ''] = line.split(': ');
      const list = requires.split(' ').filter((word) => word !== '');
      builder.addPackage(
        repo,
        { name, evr, arch: 'noarch' },
        { requires: list.map((word) => builder.dependency(word)) },
      );
    }
  };
  fill(builder.addRepo({ id: 'installed', priority: 0, installed: true }), installed, '1-1');
  fill(builder.addRepo({ id: 'repo', priority: 0, installed: false }), offered, '2-1');
  return builder.build(new ArchPolicy(''), { multilib: false, compareVersions: compare });
}

function idOf(pool: Pool, text: string): number {
  for (let p = 2; p < pool.count; p++) if (pool.text(p) === `${text}.noarch`) return p;
  throw new Error(text);
}

function left(pool: Pool, jobs: readonly Job[]): string[] {
  const state = solve(pool, jobs, { weak: true });
  assert.deepEqual(state.problems, []);
  const found: string[] = [];
  for (let p = 2; p < pool.count; p++) if (state.level[p]! > 0) found.push(pool.text(p).replace('.noarch', ''));
  return found;
}

function job(kind: Job['kind'], candidates: readonly number[], more: Partial<Job> = {}): Job {
  const rest = { weak: false, best: false, anyArch: true, anyVersion: true };
  return { kind, spec: kind, candidates: [candidates], ...rest, ...more };
}

describe('solver-sat cleandeps', () => {
  it('what somebody asked for stays, and what it needs', () => {
    const pool = poolOf(['tea: water cup', 'water: well', 'well', 'cup'], []);
    const erase = job('erase', [idOf(pool, 'tea-1-1')], { cleandeps: true });
    assert.deepEqual(left(pool, [erase]), []);
    assert.deepEqual(left(pool, [erase, job('keep', [idOf(pool, 'water-1-1')])]), ['water-1-1', 'well-1-1']);
  });

  it('what new packages need stays', () => {
    const pool = poolOf(['tea: water', 'water'], ['coffee: water']);
    const erase = job('erase', [idOf(pool, 'tea-1-1')], { cleandeps: true });
    const install = job('install', [idOf(pool, 'coffee-2-1')]);
    assert.deepEqual(left(pool, [erase, install]), ['water-1-1', 'coffee-2-1']);
  });

  it('what only a package needed that is given up goes as well', () => {
    const pool = poolOf(['base: files setup', 'files: setup', 'setup', 'other'], []);
    const installed = ['base-1-1', 'files-1-1', 'setup-1-1', 'other-1-1'].map((text) => idOf(pool, text));
    const jobs = (cleandeps: boolean) => [
      job('erase', [idOf(pool, 'files-1-1')], { cleandeps }),
      job('allow-uninstall', installed),
      job('keep', [idOf(pool, 'base-1-1'), idOf(pool, 'other-1-1')]),
    ];
    assert.deepEqual(left(pool, jobs(true)), ['other-1-1']);
    assert.deepEqual(left(pool, jobs(false)), ['setup-1-1', 'other-1-1']);
  });

  it('a request that absence fulfils replaces nothing', () => {
    const pool = poolOf(['tea'], ['tea', 'milk']);
    const condition = job('install', [idOf(pool, 'milk-2-1'), -idOf(pool, 'tea-1-1')], { cleandeps: true });
    assert.deepEqual(left(pool, [condition]), ['tea-1-1', 'milk-2-1']);
  });
});
