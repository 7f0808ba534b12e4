import { SatSolver } from '../../../../plugins/solver-sat/src/request/solver.ts';
import { absurdPackages } from '../support/absurd.ts';

describe('solver-sat and absurd packages', function () {
  this.timeout(60_000);
  absurdPackages(() => new SatSolver({ multilib: true, installonly: [] }));
});
