import {
  CONFORMANCE_MACHINE,
  pluginConformance,
  rpmSolverConformance,
  solverConformance,
  testContext,
} from '@ostrata/testkit';
import plugin from '../../../plugins/solver-libsolv/src/index.ts';
import { LibsolvSolver } from '../../../plugins/solver-libsolv/src/request/solver.ts';
import { hasLibsolv, LIBSOLV } from './support/library.ts';

describe('solver-libsolv as a solver (needs libsolv.so.1)', () => {
  before(function () {
    if (!hasLibsolv()) this.skip();
  });
  const make = async () => ({
    ...testContext(),
    solver: new LibsolvSolver({ library: LIBSOLV, multilib: true, installonly: [], machine: CONFORMANCE_MACHINE }),
  });
  for (const { name, run } of [...solverConformance(make), ...rpmSolverConformance(make)]) it(name, run);
});

describe('solver-libsolv as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});
