import {
  CONFORMANCE_MACHINE,
  pluginConformance,
  rpmSolverConformance,
  solverConformance,
  testContext,
} from '@ostrata/testkit';
import plugin from '../../../plugins/solver-sat/src/index.ts';
import { SatSolver } from '../../../plugins/solver-sat/src/request/solver.ts';

describe('solver-sat as a solver', () => {
  const make = async () => ({
    ...testContext(),
    solver: new SatSolver({ multilib: true, installonly: [], machine: CONFORMANCE_MACHINE }),
  });
  for (const { name, run } of [...solverConformance(make), ...rpmSolverConformance(make)]) it(name, run);
});

describe('solver-sat as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});
