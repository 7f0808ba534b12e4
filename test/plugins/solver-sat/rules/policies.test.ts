import assert from 'node:assert/strict';
import { explainProblems } from '../../../../plugins/solver-sat/src/explain/explain.ts';
import type { Policies } from '../../../../plugins/solver-sat/src/policy/policies.ts';
import { ArchPolicy } from '../../../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../../../plugins/solver-sat/src/pool/builder.ts';
import type { Job, JobKind } from '../../../../plugins/solver-sat/src/rules/job.ts';
import { solve } from '../../../../plugins/solver-sat/src/solve/solve.ts';
import { compare } from '../support/tables.ts';

interface Outcome {
  readonly chosen: readonly string[];
  readonly problems: readonly string[];
}

type Wish = [JobKind, string, Partial<Job>?];

/** Solves jobs over `NAME-VERSION[/VENDOR]` packages of an installed repository and of others, the first of which is preferred. */
function outcome(installed: string[], repos: string[][], wishes: Wish[], policies: Partial<Policies> = {}): Outcome {
  const builder = new PoolBuilder();
  const fill = (repo: number, packages: readonly string[]) => {
    for (const text of packages) {
      const [, name, evr, vendor] = /^(\w+)-([\d-]+)(?:\/(\w+))?$/.exec(text) as unknown as [
        string,
        string,
        string,
        string?,
      ];
      builder.addPackage(repo, { name, evr, arch: 'noarch', ...(vendor === undefined ? {} : { vendor }) }, {});
    }
  };
  fill(builder.addRepo({ id: 'installed', priority: 0, installed: true }), installed);
  for (const [i, packages] of repos.entries()) {
    fill(builder.addRepo({ id: `repo${i}`, priority: -i, installed: false }), packages);
  }
  const pool = builder.build(new ArchPolicy(''), { multilib: false, compareVersions: compare });
  const jobs = wishes.map(([kind, spec, more]): Job => {
    const candidates: number[] = [];
    for (let p = 2; p < pool.count; p++) if (pool.text(p).startsWith(spec)) candidates.push(p);
    const base = { kind, spec, candidates: [candidates], weak: false, best: false, anyArch: false, anyVersion: false };
    return { ...base, ...more };
  });
  const state = solve(pool, jobs, { weak: true, policies });
  const chosen: string[] = [];
  for (let p = 2; p < pool.count; p++) if (state.level[p]! > 0) chosen.push(pool.text(p).replace('.noarch', ''));
  return { chosen, problems: explainProblems(state, jobs).map(({ message }) => message) };
}

describe('policies of jobs', () => {
  it('an update keeps the vendor unless that is allowed', () => {
    const repos = [['a-2-1/here', 'a-3-1/elsewhere']];
    assert.deepEqual(outcome(['a-1-1/here'], repos, [['update', 'a']]).chosen, ['a-2-1']);
    const update = { downgrade: false, archChange: false, vendorChange: true, nameChange: true };
    assert.deepEqual(outcome(['a-1-1/here'], repos, [['update', 'a']], { update }).chosen, ['a-3-1']);
  });

  it('a distupgrade goes back to what there is, and an update does not', () => {
    assert.deepEqual(outcome(['a-3-1'], [['a-2-1']], [['distupgrade', 'a']]).chosen, ['a-2-1']);
    assert.deepEqual(outcome(['a-3-1'], [['a-2-1']], [['update', 'a']]).chosen, ['a-3-1']);
  });

  it('strict priority hides newer versions elsewhere, unless the repository is named', () => {
    const repos = [['a-1-1'], ['a-2-1']];
    const { chosen, problems } = outcome([], repos, [['install', 'a-2']], { strictPriority: true });
    assert.deepEqual(chosen, []);
    assert.match(problems[0]!, /a-2-1\.noarch is hidden by a source that is preferred/);
    const named = outcome([], repos, [['install', 'a-2', { anyRepo: true }]], { strictPriority: true });
    assert.deepEqual(named, { chosen: ['a-2-1'], problems: [] });
  });

  it('what is blacklisted comes only when it is asked for exactly', () => {
    const { problems } = outcome(
      [],
      [['a-1-1']],
      [
        ['blacklist', 'a'],
        ['install', 'a'],
      ],
    );
    assert.match(problems[0]!, /may only be installed when it is asked for exactly/);
    const exactly = outcome(
      [],
      [['a-1-1']],
      [
        ['blacklist', 'a'],
        ['install', 'a', { anyVersion: true }],
      ],
    );
    assert.deepEqual(exactly, { chosen: ['a-1-1'], problems: [] });
  });

  it('a weak job gives way, a strong one is a problem', () => {
    const wishes = (weak: boolean): Wish[] => [
      ['lock', 'a'],
      ['install', 'a', { weak }],
    ];
    assert.deepEqual(outcome([], [['a-1-1']], wishes(true)), { chosen: [], problems: [] });
    assert.equal(outcome([], [['a-1-1']], wishes(false)).problems.length, 1);
  });
});
