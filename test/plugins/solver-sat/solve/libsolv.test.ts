import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { solve } from '../../../../plugins/solver-sat/src/solve/solve.ts';
import { jobsOf, poolOf, type Universe, type UniverseOptions, universes } from '../support/universes.ts';

interface Answer {
  /** Whether there are problems; the rest is what can be had in spite of them. */
  readonly problems: boolean;
  readonly install: readonly string[];
  readonly kept: readonly string[];
}

/** The interpreter that distributions install libsolv's binding for. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, '..', 'support', 'libsolv.py');

function libsolv(worlds: readonly Universe[]): Answer[] {
  const input = worlds.map((world) => JSON.stringify(world)).join('\n');
  const { status, stdout, stderr } = spawnSync(PYTHON, [SCRIPT], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  assert.equal(status, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  return lines.map((line) => {
    const { problems, install, kept } = JSON.parse(line) as { problems: number; install: string[]; kept: string[] };
    return { problems: problems > 0, install, kept };
  });
}

function ours(universe: Universe): Answer {
  const pool = poolOf(universe);
  const state = solve(pool, jobsOf(pool, universe), { weak: universe.weak });
  const install: string[] = [];
  const kept: string[] = [];
  for (let p = 2; p < pool.count; p++)
    if (state.level[p]! > 0) (pool.installed[p] === 1 ? kept : install).push(pool.text(p));
  return { problems: state.problems.length > 0, install: install.sort(), kept: kept.sort() };
}

describe('solve against libsolv (needs python3-solv)', () => {
  before(function () {
    if (spawnSync(PYTHON, ['-c', 'import solv']).status !== 0) this.skip();
  });

  const kinds: [string, UniverseOptions, number][] = [
    ['packages with simple dependencies', { names: 8, packages: 14, rich: false, installed: false }, 1],
    ['packages with rich dependencies', { names: 8, packages: 14, rich: true, installed: false }, 2],
    ['installing and erasing on an installed system', { names: 8, packages: 14, rich: true, installed: true }, 3],
    ['many candidates', { names: 6, packages: 40, rich: true, installed: true }, 4],
  ];
  for (const [name, options, seed] of kinds) {
    it(`gives the same answers: ${name}`, () => {
      const worlds = fc.sample(universes(options), { seed, numRuns: 300 });
      const expected = libsolv(worlds);
      for (const [i, world] of worlds.entries()) assert.deepEqual(ours(world), expected[i], JSON.stringify(world));
    });
  }
});
