import assert from 'node:assert/strict';
import fc from 'fast-check';
import { solve } from '../../../../plugins/solver-sat/src/solve/solve.ts';
import { Checker, nameOf } from '../support/checker.ts';
import type { TestPackage } from '../support/tables.ts';
import { jobsOf, poolOf, type Universe, universes } from '../support/universes.ts';

/** One architecture and simple conflicts: what the checker knows. */
function plain(universe: Universe): Universe {
  const available = new Map<string, TestPackage>();
  for (const { nevra, relations = {} } of universe.available) {
    const conflicts = (relations.conflicts ?? []).filter((text) => !text.startsWith('('));
    const single = nevra.replace(/\.[^.]*$/, '.x86_64');
    available.set(single, { nevra: single, relations: { ...relations, conflicts } });
  }
  return { ...universe, available: [...available.values()] };
}

const small = universes({ names: 5, packages: 9, rich: true, installed: false }).map(plain);

function solved(universe: Universe): { chosen: TestPackage[]; problems: number } {
  const pool = poolOf(universe);
  const state = solve(pool, jobsOf(pool, universe), { weak: universe.weak });
  const byNevra = new Map(universe.available.map((pkg) => [pkg.nevra, pkg]));
  const chosen: TestPackage[] = [];
  for (let p = 2; p < pool.count; p++) if (state.level[p]! > 0) chosen.push(byNevra.get(pool.text(p))!);
  return { chosen, problems: state.problems.length };
}

function hasAll(set: readonly TestPackage[], names: readonly string[]): boolean {
  return names.every((name) => set.some((pkg) => nameOf(pkg) === name));
}

function isPossible({ available, install }: Universe): boolean {
  for (let bits = 0; bits < 2 ** available.length; bits++) {
    const set = available.filter((_, i) => (bits >> i) & 1);
    if (hasAll(set, install) && new Checker(set).fault() === null) return true;
  }
  return false;
}

describe('solve', () => {
  it('chooses a set in which everything asked for is there and every dependency holds', () => {
    fc.assert(
      fc.property(universes({ names: 8, packages: 20, rich: true, installed: false }).map(plain), (universe) => {
        const { chosen, problems } = solved(universe);
        assert.equal(new Checker(chosen).fault(), null);
        if (problems === 0) assert.ok(hasAll(chosen, universe.install));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('reports a problem exactly when no set is possible', () => {
    fc.assert(
      fc.property(small, (universe) => {
        assert.equal(solved(universe).problems === 0, isPossible(universe));
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('is deterministic', () => {
    fc.assert(
      fc.property(small, (universe) => assert.deepEqual(solved(universe), solved(universe))),
      { seed: 3, numRuns: 100 },
    );
  });
});
