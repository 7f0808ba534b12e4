/** Asks a provider of the `solver` capability, pool included: solver-op.ts sat|libsolv RPMMD-DIR PACKAGE. */
import { EMPTY_INTENT, type Solver } from '@ostrata/core';
import { testContext } from '@ostrata/testkit';
import { compareEvr, parseEvr } from '../../plugins/repo-rpm/src/codec/index.ts';
import { LibsolvSolver } from '../../plugins/solver-libsolv/src/request/solver.ts';
import { SatSolver } from '../../plugins/solver-sat/src/request/solver.ts';
import { primaryTable } from '../plugins/solver-sat/support/primary.ts';
import { peakMemory } from './measure.ts';

const [name, repository, spec] = process.argv.slice(2) as [string, string, string];
const config = { multilib: true, installonly: [] };
const solver: Solver =
  name === 'sat' ? new SatSolver(config) : new LibsolvSolver({ ...config, library: 'libsolv.so.1' });
const table = primaryTable('bench', repository);
const start = process.cpuUsage();
const { install } = await solver.solve(
  {
    intent: { ...EMPTY_INTENT, arch: 'x86_64', install: [{ spec }] },
    available: [table],
    installed: null,
    compare: (a, b) => compareEvr(parseEvr(a), parseEvr(b)),
  },
  testContext().ctx,
);
const { user, system } = process.cpuUsage(start);
process.stdout.write(
  JSON.stringify({
    seconds: (user + system) / 1e6,
    megabytes: peakMemory(),
    packages: install.length,
  }),
);
