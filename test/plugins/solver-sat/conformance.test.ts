import { pluginConformance, solverConformance, testContext } from '@ostrata/testkit';
import plugin from '../../../plugins/solver-sat/src/index.ts';
import { SatSolver } from '../../../plugins/solver-sat/src/request/solver.ts';

describe('solver-sat as a solver', () => {
  const suite = solverConformance(async () => ({
    ...testContext(),
    solver: new SatSolver({ multilib: true, installonly: [] }),
  }));
  for (const { name, run } of suite) it(name, run);
});

describe('solver-sat as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});
