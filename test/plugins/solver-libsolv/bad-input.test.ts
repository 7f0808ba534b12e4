import { LibsolvSolver } from '../../../plugins/solver-libsolv/src/request/solver.ts';
import { absurdPackages } from '../solver-sat/support/absurd.ts';
import { hasLibsolv, LIBSOLV } from './support/library.ts';

describe('solver-libsolv and absurd packages (needs libsolv.so.1)', function () {
  this.timeout(60_000);
  before(function () {
    if (!hasLibsolv()) this.skip();
  });
  absurdPackages(() => new LibsolvSolver({ library: LIBSOLV, multilib: true, installonly: [] }));
});
